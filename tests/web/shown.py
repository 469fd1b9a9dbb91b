# SPDX-License-Identifier: Apache-2.0
"""A whole record to look at: every kind of page has something to show, and something to hide."""

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain.vocabulary import WorkflowStatus
from app.services import example
from app.storage.alerts import Alert
from app.storage.database import Sessions
from app.storage.incidents import Incident
from app.storage.outlets import Outlet
from app.storage.people import Person
from tests import make
from tests.make import NOW
from tests.web import world

TOKEN = "zq7-unpublished-canary"
HOSTILE = "<script>alert('pen')</script>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the world behind the pages consists of."""

    blocked: uuid.UUID
    lone: uuid.UUID
    attack: uuid.UUID
    hostile: uuid.UUID
    hidden: uuid.UUID
    outlet: uuid.UUID
    person: uuid.UUID
    alert: uuid.UUID
    secret_alert: uuid.UUID

    def paths(self) -> list[str]:
        """Every page there is, one of each kind."""
        return [
            "/",
            "/sites",
            "/sites?state=blocked",
            f"/sites/{self.blocked}",
            f"/sites/{self.lone}",
            "/incidents",
            "/incidents?country=KZ&category=physical_attack&impunity=partial_impunity",
            f"/incidents/{self.attack}",
            f"/incidents/{self.hostile}",
            "/outlets",
            f"/outlets/{self.outlet}",
            "/people",
            "/people?country=KZ&state=imprisoned",
            f"/people/{self.person}",
            "/alerts",
            "/alerts?kind=site.blocked",
            f"/alerts/{self.alert}",
            "/countries/KZ",
        ]


def fill(sessions: Sessions) -> Shown:
    """Enter the founding example, blocked sites, alerts, and what somebody hostile would enter."""
    with sessions.writing() as session:
        example.load(session, now=NOW)
    with sessions.writing() as session:
        found = world.country_with_blocks(session)
        hostile = make.incident(
            session,
            title=f"Attack {HOSTILE}",
            narrative={"en": f"First. {HOSTILE}\n\nSecond.", "kk": "Журналистке шабуыл жасалды."},
            targets=[
                {
                    "kind": "person",
                    "person": {"name": "Aigerim Q.", "names": {"kk": "Әйгерім Қ."}},
                    "primary_role": "journalist",
                }
            ],
            sources=[
                {"type": "news", "title": f"Source {HOSTILE}", "url": "https://one.example/<b>"},
                {"type": "news", "title": "Second", "url": "https://two.example/"},
            ],
        )
        hidden = make.incident(
            session,
            title=f"Hidden {TOKEN}",
            narrative={"en": TOKEN},
            status=WorkflowStatus.VERIFIED,
            targets=[
                {"kind": "outlet", "outlet": {"name": f"Outlet {TOKEN}", "country": "KZ"}},
                {"kind": "person", "person": {"name": f"Person {TOKEN}", "country": "KZ"}},
            ],
        )
        attack = Incident.title == "Attack on the journalist Lukpan Akhmedyarov"
        by_kind = dict(iter(session.execute(sa.select(Alert.kind, Alert.id))))
        return Shown(
            blocked=found["azattyq.example"].id,
            lone=found["respublika.example"].id,
            attack=session.scalars(sa.select(Incident.id).where(attack)).one(),
            hostile=hostile.id,
            hidden=hidden.id,
            outlet=session.scalars(sa.select(Outlet.id).where(Outlet.is_published)).one(),
            person=session.scalars(
                sa.select(Person.id).where(Person.name == "Vladimir Kozlov")
            ).one(),
            alert=by_kind["site.blocked"],
            secret_alert=by_kind["vantage.offline"],
        )
