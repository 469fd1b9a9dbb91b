# SPDX-License-Identifier: Apache-2.0
"""Reports to decide on: as a feed gives them, with suggestions, versions, and one that is gone."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.particulars import Particulars, SaidTarget
from app.domain.record.report import Account, Extent, Found, Reading, raw_item
from app.domain.vocabulary import PersonRole, Role, SourceKind, TargetKind, Trust
from app.services import access, ingestion, reports, sources
from app.services.sources import NewSource
from app.storage.database import Sessions
from app.storage.reports import Report, Source
from tests import make
from tests.make import NOW
from workers.understanding.suggesting import understood

DAY = timedelta(days=1)
HOSTILE = "<script>alert('pen')</script>"


def account(key: str, **said: Any) -> Account:
    """One item of a source, with its words as JSON."""
    reading: dict[str, Any] = {"title": f"Report {key}", "published_at": NOW - DAY} | said
    raw = {
        name: value
        for name, value in reading.items()
        if isinstance(value, str) and name != "country"
    }
    words = json.dumps({"id": key, **raw}, ensure_ascii=False)
    return Account(raw=raw_item(key, words), reading=Reading(**reading), line=1)


def source(session: Session, name: str = "Azattyq feed", **more: Any) -> Source:
    """A feed that is read every hour."""
    described: dict[str, Any] = {
        "name": name,
        "kind": SourceKind.FEED,
        "address": "https://feed.example/rss.xml",
    }
    return sources.add_source(session, NewSource(**described | more), now=NOW - 7 * DAY)


def give(session: Session, of: Source, *accounts: Account, days_ago: int = 2) -> None:
    """Let a source say something, some days ago; what it leaves out is gone."""
    found = Found(accounts=accounts, rejected=(), extent=Extent.WHOLE)
    ingestion.ingest(session, of, understood(found), now=NOW - days_ago * DAY)


def report_of(session: Session, key: str) -> Report:
    """Return the report of an item."""
    return session.scalars(sa.select(Report).where(Report.external_id == key)).one()


def fill(sessions: Sessions) -> dict[str, Any]:
    """A week at the desk: a working source, a broken one, and reports of every kind."""
    with sessions.writing() as session:
        editor = access.create_key(session, role=Role.EDITOR, name="dana", now=NOW)
        other = make.viewer(session, Role.EDITOR, "marat")
        feed = source(session, trust=Trust.LEAD, mapping={"country": "=KZ"})
        broken = source(
            session,
            "Court notices",
            address="https://court.example/list.csv",
            kind=SourceKind.CSV,
            mapping={"title": "Headline"},
            licence="CC BY 4.0",
        )
        sources.fail_run(broken, "The address answered 503.", now=NOW - DAY)
        sources.fail_run(broken, "The address answered 503.", now=NOW - DAY / 2)
        paused = source(
            session, "Old list", address="https://old.example/f.json", kind=SourceKind.JSON_FEED
        )
        sources.pause_source(session, paused.id, viewer=None, now=NOW - DAY)
        first = account(
            "beaten",
            title="Journalist Lukpan Akhmedyarov beaten and arrested in Uralsk",
            summary="Two men attacked the reporter of Uralskaya Nedelya near his house on 19 April. "
            "He was hospitalised with eight stab wounds.\nPolice opened a case.",
            url="https://feed.example/items/1",
            country="KZ",
            language="en",
            date_text="2026-02-27",
            leftovers={"guid_is_permalink": "false", "media:credit": HOSTILE},
            particulars=Particulars(
                targets=(
                    SaidTarget(
                        kind=TargetKind.PERSON,
                        name="Lukpan Akhmedyarov",
                        role=PersonRole.JOURNALIST,
                        outlet="Uralskaya Nedelya",
                    ),
                ),
                admin1="West Kazakhstan",
                place="Uralsk",
                kind_words=("нападение",),
                tags=("safety", "impunity"),
            ),
        )
        kazakh = account(
            "court",
            title="Алматыда журналистке қатысты сот басталды",
            summary="Сот тілшіні жала жапты деп айыптады.",
            language="kk",
            country="KZ",
            url="https://feed.example/items/2",
        )
        opinion = account("opinion", title="Why press freedom matters", language="en")
        hostile = account("hostile", title=f"Hostile {HOSTILE}", summary=HOSTILE, country="KZ")
        going = account("gone", title="Editor questioned for six hours", country="KZ")
        give(session, feed, first, kazakh, opinion, hostile, going, days_ago=5)
        report = report_of(session, "opinion")
        reports.reject_report(
            session, other, report.id, reason="an opinion piece", now=NOW - 4 * DAY
        )
        changed = account(
            "opinion",
            title="Why press freedom matters: blogger detained after column",
            language="en",
            summary="The blogger was detained for three days.",
        )
        give(session, feed, first, kazakh, changed, hostile, days_ago=1)
        incident = make.incident(
            session,
            title="Attack on the journalist Lukpan Akhmedyarov",
            date="2026-02-27",
            categories=[{"category": "attempted_killing"}],
            targets=[{"kind": "person", "person": {"name": "Lukpan Akhmedyarov"}}],
        )
        return {
            "key": editor.secret,
            "report": report_of(session, "beaten").id,
            "changed": report.id,
            "gone": report_of(session, "gone").id,
            "hostile": report_of(session, "hostile").id,
            "court": report_of(session, "court").id,
            "incident": incident.id,
            "feed": feed.id,
            "broken": broken.id,
            "paused": paused.id,
        }
