# SPDX-License-Identifier: Apache-2.0
"""A start: what an installation needs before its first round, made once and found again after."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.vocabulary import Role, VantageRole
from app.services import access, alerting, example, sites, vantages
from app.storage.sites import Site, list_vantages

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalVantage:
    """This machine as a vantage point, as its owner describes it."""

    code: str
    country: str | None
    asn: int | None
    # `control` where the collector stands outside, and agents measure inside.
    role: VantageRole = VantageRole.FIELD
    # A tunnel to an uncensored network, through which this machine is its own control.
    control_proxy: str | None = None
    control_country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a start found or made. `admin_key` is set once only: at the start that made it."""

    admin_key: str | None
    probed: tuple[str, ...]
    has_control: bool


def prepare(
    session: Session,
    vantage: LocalVantage,
    *,
    now: datetime,
    example_wanted: bool = False,
    admin_wanted: bool = False,
) -> Prepared:
    """Bring the database to the point where loops can run; a second start changes nothing.

    An admin key is made only for a caller who will show it: a key nobody holds helps nobody.
    """
    admin_key = None
    control_code = f"{vantage.code}-control"
    vantages.ensure_vantage(
        session,
        code=vantage.code,
        role=vantage.role,
        country=vantage.country,
        asn=vantage.asn,
        from_settings=True,
        now=now,
    )
    if vantage.control_proxy:
        vantages.ensure_vantage(
            session,
            code=control_code,
            role=VantageRole.CONTROL,
            country=vantage.control_country,
            proxy=vantage.control_proxy,
            from_settings=True,
            now=now,
        )
    named = {vantage.code, *([control_code] if vantage.control_proxy else ())}
    vantages.retire_vantages(session, keep=frozenset(named))
    alerting.ensure_console(session, now=now)
    if admin_wanted and not access.has_admin(session, now=now):
        made = access.create_key(session, role=Role.ADMIN, name="first admin", now=now)
        admin_key = made.secret
    if example_wanted and sites.count_sites(session) == 0:
        sites.import_list(
            session,
            (EXAMPLES / "sites.csv").read_text(encoding="utf-8"),
            list_name="examples",
            licence=None,
            country=None,
            now=now,
        )
    if example_wanted:
        example.load_into_empty(session, now=now)
    probed = session.scalars(sa.select(Site.url).where(Site.is_probed | Site.is_canary))
    return Prepared(
        admin_key=admin_key,
        probed=tuple(sorted(probed)),
        has_control=bool(list_vantages(session, VantageRole.CONTROL)),
    )
