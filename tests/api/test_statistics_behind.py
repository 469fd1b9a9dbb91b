# SPDX-License-Identifier: Apache-2.0
"""Numbers are those of the rows behind them, and what is entered later reaches no past answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.domain.vocabulary import Category, DecisionKind, LegalGround, Role
from app.services import decisions
from app.services.drafts import DecisionDraft
from app.storage.database import Sessions
from tests import make, make_outlets
from tests.api.test_statistics import ask, behind
from tests.client import Client
from tests.make import LOADER, NOW

EARLIER = NOW - timedelta(days=10)
THEN = (NOW - timedelta(days=5)).isoformat()
Caller = Callable[..., Client]


def victim(role: str, sex: str | None = None, **more: Any) -> dict[str, Any]:
    """A person, as a target."""
    name = {"name": f"{role} {sex}"}
    return {"kind": "person", "person": name, "primary_role": role, "sex": sex, **more}


def test_the_victims_behind_a_row_are_those_it_counts(sessions: Sessions, public: Client) -> None:
    """Each link leads to the victims of its row alone; an outlet is nobody's victim."""
    with sessions.writing() as session:
        paper = make_outlets.outlet(session)
        make.incident(
            session,
            date="2025-06-01",
            motive="confirmed",
            categories=[{"category": Category.KILLING}],
            targets=[
                victim("journalist", "male"),
                victim("journalist", "female", age_group="minor"),
                victim("lawyer", "male"),
                {
                    "kind": "group",
                    "description": "Guards",
                    "primary_role": "journalist",
                    "count": 3,
                },
                {"kind": "outlet", "outlet_id": str(paper.id)},
            ],
        )
    found = ask(public, "sdg-16-10-1", **{"from": "2025-01-01", "to": "2025-12-31"})

    assert (found["meta"]["n"], len(found["data"])) == (6, 4)
    for row in found["data"]:
        rows = behind(public, row["rows"])
        assert sum(one["victims"] for one in rows) == row["count"], row
        assert {(one["function"], one["sex"]) for one in rows} == {(row["function"], row["sex"])}


def test_an_outlet_entered_later_is_in_no_past_count(
    sessions: Sessions, caller: Caller, public: Client
) -> None:
    """Neither the desk nor everybody counts what was not on record, or not public, at the time."""
    with sessions.writing() as session:
        old, hidden, new = (
            make_outlets.outlet(session, name, is_published=False)
            for name in ("Old", "Hidden", "New")
        )
        old.created_at = hidden.created_at = EARLIER
        session.flush()
        for row, at in ((old, EARLIER), (hidden, NOW), (new, NOW)):
            target = {"kind": "outlet", "outlet_id": str(row.id)}
            make.incident(session, now=at, targets=[target])
    desk = caller(Role.EDITOR, "desk")

    def total(client: Client, **query: object) -> Any:
        return ask(client, "outlets", axis="publication", **query)["meta"]["n"]

    assert (total(desk), total(public)) == (3, 3)
    assert total(desk, known_at=THEN) == 2
    assert total(public, known_at=THEN) == 1


def test_a_ground_made_public_later_was_not_known(sessions: Sessions, public: Client) -> None:
    """The ground of a decision reaches everybody's counts from its publication on."""
    with sessions.writing() as session:
        draft = DecisionDraft(
            kind=DecisionKind.UNKNOWN,
            title="An order",
            date="2025-05",
            ground=LegalGround.EXTREMISM,
            territory="KZ",
        )
        row = decisions.create_decision(session, LOADER, draft, now=EARLIER)
        make.incident(session, now=EARLIER, decision_id=str(row.id))
        second = make.viewer(session, Role.EDITOR, "second")
        decisions.publish(session, second, "decision", row.id, now=NOW)

    def grounds(**query: object) -> list[str]:
        period = {"from": "2025-01-01", "to": "2025-12-31", "axis": "ground"}
        rows = ask(public, "timeseries", **period, **query)["data"]
        return [one["value"] for one in rows if one["count"]]

    assert grounds() == ["extremism"]
    assert grounds(known_at=THEN) == ["none_on_record"]
