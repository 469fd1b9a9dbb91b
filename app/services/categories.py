# SPDX-License-Identifier: Apache-2.0
"""Which kinds of site are probed: a few by default, others once an operator says so.

Every probe is seen on somebody's line. Sites in other categories are listed and never contacted,
until the operator of this installation has weighed that and enabled the category.
"""

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.storage import ledger
from app.storage.sites import Site

PROBED_CATEGORIES = frozenset({"NEWS", "HUMR", "POLR", "CULTR", "MMED"})
"""Categories probed without asking; all others are listed until an operator enables them."""

FROM_MEASUREMENTS = "imported measurements"
"""List of the sites that came with measurements of others; the first real list takes them over."""

_CHOSEN = "sites.categories"


def probed_categories(session: Session) -> frozenset[str]:
    """Return the categories whose sites are probed here."""
    note = session.get(ledger.Note, _CHOSEN)
    return PROBED_CATEGORIES if note is None else frozenset(note.value["probed"])


def choose(session: Session, code: str, *, probed: bool, now: datetime) -> int:
    """Probe the sites of a category from now on, or stop it; return how many sites change.

    It holds for what is imported later as well. Raises InvalidInput for what is no category code.
    """
    if not re.fullmatch(r"[A-Z]{3,6}", code):
        raise InvalidInput("a category is a code of three to six letters, such as LGBT")
    before = probed_categories(session)
    after = before | {code} if probed else before - {code}
    session.merge(ledger.Note(name=_CHOSEN, value={"probed": sorted(after)}))
    changing = session.scalars(
        sa.select(Site).where(
            Site.category_code == code,
            Site.is_probed.is_not(probed),
            # Nobody listed those: they only came along with somebody's measurements.
            sa.func.coalesce(Site.list_name, "") != FROM_MEASUREMENTS,
        )
    ).all()
    for site in changing:
        site.is_probed = probed
        site.updated_at = now
    session.flush()
    ledger.bump(session, "public", "staff")
    return len(changing)
