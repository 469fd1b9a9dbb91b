# SPDX-License-Identifier: Apache-2.0
"""A declared block beside what was measured: in the incident's own record."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Confidence, Egress, LegalGround, Mechanism, VantageRole
from app.services import conclusions, decisions, example, relinking
from app.services.drafts import DecisionDraft
from app.storage.database import Sessions
from app.storage.sites import Episode, Site, Vantage
from tests import make
from tests.make import NOW

BLOCK = {"category": "online_censorship", "subtype": "website_blocking"}


def _episode(session: Any, outlet_id: Any, **fields: Any) -> None:
    site = Site(
        url="https://blocked.example/",
        host="blocked.example",
        category_code="NEWS",
        outlet_id=outlet_id,
        created_at=NOW,
        updated_at=NOW,
    )
    country = fields.pop("country", "KZ")
    where = Vantage(
        code="v",
        country=country,
        asn=1,
        role=fields.pop("role", VantageRole.FIELD),
        egress=Egress.LOCAL,
        created_at=NOW,
    )
    session.add_all([site, where])
    session.flush()
    session.add(
        Episode(
            site_id=site.id,
            vantage_id=where.id,
            country=country,
            asn=1,
            mechanism=Mechanism.NXDOMAIN,
            confidence=Confidence.LIKELY,
            rule="rule",
            opened_at=NOW,
            **{"since": NOW - timedelta(days=2), **fields},
        )
    )


@pytest.mark.parametrize(
    ("episode", "expected"),
    [
        (None, "declared_only"),
        ({}, "corroborated"),
        ({"until": NOW - timedelta(days=1)}, "lifted"),
        ({"country": "DE"}, "declared_only"),
        ({"role": VantageRole.CONTROL}, "declared_only"),
    ],
)
def test_a_block_is_declared_until_a_field_vantage_saw_it(
    sessions: Sessions, episode: dict[str, Any] | None, expected: str
) -> None:
    """Only inside the territory, only by field vantages, only while it is in force."""
    with sessions.writing() as session:
        target = {"kind": "outlet", "outlet": {"name": "Blocked", "country": "KZ"}}
        row = make.incident(session, date="2026-01-01/..", categories=[BLOCK], targets=[target])
        if episode is not None:
            _episode(session, row.targets[0].outlet_id, **episode)

        conclusions.refresh(session, row, now=NOW)

        assert row.document["blocking_link"] == expected


@pytest.mark.parametrize("declared_by", ["outlet", "decision"])
def test_a_blocking_tells_the_incidents_that_declare_it(
    sessions: Sessions, declared_by: str
) -> None:
    """By the outlet whose site it is, or by the decision that names its domain."""
    with sessions.writing() as session:
        outlet = {"kind": "outlet", "outlet": {"name": "Blocked", "country": "KZ"}}
        if declared_by == "outlet":
            fields: dict[str, Any] = {"categories": [BLOCK], "targets": [outlet]}
        else:
            draft = DecisionDraft(
                title="Order",
                date="2026-01-01",
                ground=LegalGround.EXTREMISM,
                territory="KZ",
                domains=["blocked.example"],
            )
            decision = decisions.create_decision(session, make.LOADER, draft, now=NOW)
            fields = {"decision_id": str(decision.id)}
        row = make.incident(session, date="2026-01-01/..", **fields)
        assert row.document["blocking_link"] == "declared_only"
        _episode(session, row.targets[0].outlet_id)
        site_id = session.scalars(sa.select(Site.id)).one()

        assert relinking.relink(session, site_id, now=NOW)

        assert row.document["blocking_link"] == "corroborated"
        assert not relinking.relink(session, site_id, now=NOW)


def test_what_is_no_block_has_no_link(sessions: Sessions) -> None:
    """An attack says nothing of websites."""
    with sessions.writing() as session:
        assert make.incident(session).document["blocking_link"] is None


def test_what_is_declared_is_asked_again_by_the_clock(sessions: Sessions) -> None:
    """The whole example, read by a session that knows nothing yet: what stands as it stood is left alone."""
    with sessions.writing() as session:
        example.load(session, now=NOW)
    with sessions.writing() as session:
        first = relinking.relink_stale(session, now=NOW)
    with sessions.writing() as session:
        again = relinking.relink_stale(session, now=NOW + timedelta(days=2))

    assert (first, again) == (False, False)
