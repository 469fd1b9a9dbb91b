# SPDX-License-Identifier: Apache-2.0
"""From where sites are watched: set a vantage up, bring it up to date, retire it."""

import re
import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.blocking.ways_out import is_doh_url, is_proxy, is_resolver
from app.domain.vocabulary import Egress, VantageRole
from app.errors import Conflict, FieldError, InvalidInput
from app.storage import ledger
from app.storage.sites import Vantage, find_vantage, list_vantages

_LAST_ASN = 4_294_967_295
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_RESOLVER = "an address, such as 9.9.9.9 or 9.9.9.9:53"
_COUNTRY = re.compile(r"[A-Z]{2}")


def add_vantage(
    session: Session,
    *,
    code: str,
    role: VantageRole,
    country: str | None,
    asn: int | None,
    network_name: str | None,
    resolver: str | None,
    proxy: str | None,
    now: datetime,
    actor_id: uuid.UUID | None,
    independent_resolver: str | None = None,
    doh_url: str | None = None,
    is_agent: bool = False,
) -> Vantage:
    """Describe another vantage: of this machine behind another resolver or a proxy, or an agent's.

    A control must look from another network, so it needs a proxy or an agent: on one line a control
    would share its censor, and a block would look like an outage.
    """
    for name, text, is_written_so, example in (
        ("code", code, _CODE.fullmatch, "up to 40 of a-z, 0-9 and -, such as kz-1"),
        ("country", country, _COUNTRY.fullmatch, "two letters, such as KZ"),
        ("resolver", resolver, is_resolver, _RESOLVER),
        ("proxy", proxy, is_proxy, "socks5://host:port or http://host:port"),
        ("independent_resolver", independent_resolver, is_resolver, _RESOLVER),
        ("doh_url", doh_url, is_doh_url, "an address, such as https://9.9.9.9/dns-query"),
    ):
        if text is not None and not is_written_so(text):
            raise _unlike(name, example)
    if asn is not None and not 0 < asn <= _LAST_ASN:
        raise _unlike("asn", f"a number from 1 to {_LAST_ASN}")
    if is_agent and (proxy or resolver):
        place = FieldError(pointer="/egress", code="conflict", message="An agent has its own line.")
        raise InvalidInput(
            "an agent looks from its own line: leave out proxy and resolver", errors=(place,)
        )
    if role is VantageRole.CONTROL and not proxy and not is_agent:
        place = FieldError(pointer="/proxy", code="missing", message="A control needs a proxy.")
        raise InvalidInput(
            "a control must look from another network: name a proxy there, such as "
            "socks5://127.0.0.1:1080 (ssh -D 1080 you@server-abroad), or make it an agent's",
            errors=(place,),
        )
    if find_vantage(session, code) is not None:
        raise Conflict("a vantage with this code exists: choose another code")
    vantage = ensure_vantage(
        session,
        code=code,
        role=role,
        now=now,
        country=country,
        asn=asn,
        network_name=network_name,
        resolver=resolver,
        proxy=proxy,
        independent_resolver=independent_resolver,
        doh_url=doh_url,
        is_agent=is_agent,
    )
    ledger.record_revision(
        session,
        object_kind="vantage",
        object_id=vantage.id,
        action="create",
        actor_id=actor_id,
        at=now,
    )
    ledger.bump(session, "public", "staff")
    return vantage


def _unlike(name: str, example: str) -> InvalidInput:
    sentence = f"{name.replace('_', ' ')}: write {example}"
    place = FieldError(pointer=f"/{name}", code="invalid", message=sentence)
    return InvalidInput(sentence, errors=(place,))


def ensure_vantage(
    session: Session,
    *,
    code: str,
    role: VantageRole,
    now: datetime,
    country: str | None = None,
    asn: int | None = None,
    network_name: str | None = None,
    resolver: str | None = None,
    proxy: str | None = None,
    independent_resolver: str | None = None,
    doh_url: str | None = None,
    from_settings: bool = False,
    is_agent: bool = False,
) -> Vantage:
    """Return the vantage with this code, made or brought up to date."""
    vantage = find_vantage(session, code)
    if vantage is None:
        vantage = Vantage(code=code, created_at=now)
        session.add(vantage)
    vantage.role = role
    vantage.egress = Egress.AGENT if is_agent else Egress.PROXY if proxy else Egress.LOCAL
    vantage.country, vantage.asn, vantage.network_name = country, asn, network_name
    given = {
        "resolver": resolver,
        "independent_resolver": independent_resolver,
        "doh_url": doh_url,
        "proxy": proxy,
        "from_settings": from_settings,
    }
    vantage.is_enabled = True
    vantage.parameters = {name: value for name, value in given.items() if value}
    session.flush()
    return vantage


def retire_vantages(session: Session, *, keep: frozenset[str]) -> None:
    """Switch off vantages that settings once named and name no longer; their history stays."""
    for vantage in list_vantages(session):
        if vantage.parameters.get("from_settings") and vantage.code not in keep:
            vantage.is_enabled = False
    session.flush()
