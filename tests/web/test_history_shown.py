# SPDX-License-Identifier: Apache-2.0
"""What late data, silence and announced work do to a site's page."""

from datetime import timedelta

from app.domain.vocabulary import Confidence, GapReason, Mechanism, SiteCondition
from app.services import upkeep
from app.storage.database import Sessions
from app.storage.history import Gap
from app.storage.sites import Episode
from tests.client import Client
from tests.make import NOW
from tests.web import world


def test_a_page_says_what_is_missing_withdrawn_and_under_work(
    public: Client, sessions: Sessions
) -> None:
    """A gap is told as a gap, a withdrawn blocking as withdrawn, and work without its reason."""
    with sessions.writing() as session:
        at = world.vantage(session, "ala-1")
        site = world.listed(session)["azattyq.example"]
        world.state(session, site, at, SiteCondition.REACHABLE)
        since = NOW - timedelta(days=3)
        session.add(
            Episode(
                site_id=site.id,
                vantage_id=at.id,
                country="KZ",
                mechanism=Mechanism.NXDOMAIN,
                confidence=Confidence.LIKELY,
                rule="dns_nxdomain",
                since=since,
                until=since,
                opened_at=since,
                withdrawn_at=NOW,
                note="Withdrawn: measurements that arrived late do not show this blocking.",
            )
        )
        session.add(
            Gap(
                site_id=site.id,
                vantage_id=at.id,
                since=since,
                until=NOW,
                reason=GapReason.AGENT_AWAY,
            )
        )
        upkeep.plan(
            session,
            site=site.id,
            vantage=None,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            weekly_in=None,
            reason="A secret reason.",
            now=NOW,
            actor_id=None,
        )

    page = public.get(f"/sites/{site.id}").text

    assert "(withdrawn)" in page
    assert "a gap is unknown, never reachable" in page
    assert "The agent sent nothing" in page
    assert "Announced work is going on here" in page
    assert "secret reason" not in page
