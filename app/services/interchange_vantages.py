# SPDX-License-Identifier: Apache-2.0
"""Networks from which others measured, as vantages that are switched off and never scheduled."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.blocking.verdict import Control
from app.domain.vocabulary import Egress, VantageHealth, VantageRole
from app.errors import InvalidInput
from app.storage.sites import Vantage, find_vantage

LAST_ASN = 2**31 - 1  # above are private and reserved numbers only

_ASN = re.compile(r"AS[0-9]{1,10}")


def of_control(session: Session, source: str, control: Control, *, now: datetime) -> Vantage:
    """Return the vantage of a control, one for each network it may have come from."""
    network = control.network or ""
    number = int(network[2:]) if _ASN.fullmatch(network) else LAST_ASN + 1
    asn = number if number <= LAST_ASN else None
    code = f"{source}-control" + (f"-{network.lower()}" if network else "")
    return ensure(
        session,
        code,
        role=VantageRole.CONTROL,
        country=None,
        asn=asn,
        network_name=network if network and asn is None else None,
        now=now,
    )


def ensure(
    session: Session,
    code: str,
    *,
    role: VantageRole,
    country: str | None,
    asn: int | None,
    network_name: str | None,
    now: datetime,
) -> Vantage:
    """Return an imported vantage, made where it is missing. Raises InvalidInput for a taken code."""
    vantage = find_vantage(session, code)
    if vantage is not None:
        if vantage.egress is not Egress.IMPORTED:
            raise InvalidInput(f"a vantage of this installation is named {code} already")
        return vantage
    vantage = Vantage(
        code=code,
        country=country,
        asn=asn,
        network_name=network_name,
        role=role,
        egress=Egress.IMPORTED,
        # Switched off: nothing is scheduled for it, and no count of ours holds it.
        is_enabled=False,
        health=VantageHealth.UNKNOWN,
        health_reason="Measured by others and imported.",
        created_at=now,
    )
    session.add(vantage)
    session.flush()
    return vantage
