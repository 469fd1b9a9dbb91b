# SPDX-License-Identifier: Apache-2.0
"""Stories about what is no incident: entered by the author, who then tries to stand for it alone."""

from collections.abc import Callable
from typing import Any

from app.domain.vocabulary import Role
from tests import make
from tests.api.two_people import API, Try, World
from tests.client import Client

SOURCE = {"type": "news", "title": "A paper"}
STATEMENTS: dict[str, dict[str, Any]] = {
    "decisions": {"title": "Order", "date": "2025-01", "ground": "extremism", "territory": "KZ"},
    "patterns": {"country": "KZ", "category": "civil_suit", "statement": "Suits."},
    "recommendations": {"addressee": "The EU", "country": "KZ", "text": "Ask."},
    "event-groups": {"name": "A protest", "country": "KZ"},
    "outlets": {"name": "Paper", "country": "KZ"},
    "replies": {
        "country": "KZ",
        "addressee": "The delegation",
        "asked_on": "2025-04",
        "question": "What is the status of the enquiry?",
    },
}


def _entered(world: World, url: str, body: dict[str, Any]) -> str:
    """Enter something as the author and return its id."""
    made = world.client("the same key").post(url, json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _untold(url: str, entry: str) -> Callable[[World], bool]:
    """Whether everybody who reads this address learns nothing of an entry."""

    def is_untold(world: World) -> bool:
        return entry not in Client(world.app).get(url).text

    return is_untold


def _own(url: str, body: dict[str, Any], verb: str, shown: str, world: World) -> Try:
    entry = _entered(world, url, body)
    return Try(f"{url}/{entry}:{verb}", None, _untold(shown, entry))


def _case(world: World) -> str:
    """A case that everybody reads, of a public incident."""
    incident_id = world.published(world.monitor)
    with world.sessions.writing() as session:
        case = make.case(session, incident_id, by=world.monitor)
        make.fact(session, case.id, "trial_opened", by=world.monitor)
        return f"{API}/cases/{case.id}"


def own_fact(world: World) -> Try:
    """A fact that one entered in a case."""
    case = _case(world)
    body = {"kind": "convicted", "date": "2025-07-01"}
    return _own(f"{case}/facts", body, "verify", case, world)


def own_party(world: World) -> Try:
    """A party that one entered in a case."""
    case = _case(world)
    body = {"kind": "authority", "role": "prosecutor", "description": "The prosecutor"}
    return _own(f"{case}/parties", body, "verify", case, world)


def own_claim(world: World) -> Try:
    """What one says that a source claims."""
    url = f"{API}/incidents/{world.published(world.monitor)}/claims"
    body = {"field": "date", "value": "2025-06-02", "source": SOURCE}
    return _own(url, body, "verify", url, world)


def own_level(world: World) -> Try:
    """A level that one proposed by hand."""
    url = f"{API}/incidents/{world.published(world.monitor)}/impunity"
    body = {"level": "full_justice", "reason": "I know it.", "source": SOURCE}
    return _own(f"{url}/overrides", body, "confirm", url, world)


def own_step(world: World) -> Try:
    """What one says became of a recommendation."""
    monitor = world.other(Role.MONITOR, "marat")
    made = monitor.post(f"{API}/recommendations", json=STATEMENTS["recommendations"])
    url = f"{API}/recommendations/{made.json()['id']}"
    assert world.other(Role.EDITOR, "dana").post(f"{url}:publish").status_code == 200
    body = {"status": "accepted", "date": "2026-01", "source": SOURCE}
    return _own(f"{url}/steps", body, "verify", url, world)


def own_statement_about_a_person(world: World) -> Try:
    """What one says became of a person."""
    person = {"kind": "person", "person": {"name": "Somebody Real"}, "primary_role": "journalist"}
    incident_id = world.published(world.monitor, targets=[person])
    shown = Client(world.app).get(f"{API}/incidents/{incident_id}").json()
    url = f"{API}/people/{shown['targets'][0]['person']['id']}"
    body = {"standing": "released", "date": "2025-08", "source": SOURCE}
    return _own(f"{url}/statements", body, "verify", url, world)


def own_status_event(world: World) -> Try:
    """A closure that one entered oneself, of an outlet that everybody sees."""
    outlet = {"kind": "outlet", "outlet": {"name": "Paper", "country": "KZ"}}
    incident_id = world.published(world.monitor, targets=[outlet])
    shown = Client(world.app).get(f"{API}/incidents/{incident_id}").json()
    url = f"{API}/outlets/{shown['targets'][0]['outlet']['id']}"
    body = {"axis": "publication", "value": "closed", "valid_from": "2025"}
    return _own(f"{url}/status-events", body, "verify", url, world)


def own_evidence(world: World) -> Try:
    """A file that one handed in: another person decides that everybody may see it."""
    url = f"{API}/incidents/{world.published(world.monitor)}/evidence"
    made = world.client("the same key").post(
        url, content=b"%PDF-1.7 nothing", headers={"Content-Type": "application/pdf"}
    )
    assert made.status_code == 201, made.text
    entry = str(made.json()["id"])
    return Try(
        f"{API}/evidence/{entry}",
        {"is_public": True},
        _untold(url, entry),
        method="PATCH",
        headers={"If-Match": '"1"'},
    )


def published_alone(noun: str) -> Callable[[World], Try]:
    """Return the story of something one entered oneself, for one noun."""

    def story(world: World) -> Try:
        url = f"{API}/{noun}"
        entry = _entered(world, url, STATEMENTS[noun])
        return Try(f"{url}/{entry}:publish", None, _untold(f"{url}/{entry}", entry))

    return story


def changed_alone(noun: str, name: str) -> Callable[[World], Try]:
    """Return the story of what another entered and one changed before it is public."""

    def story(world: World) -> Try:
        monitor = world.other(Role.MONITOR, "marat")
        made = monitor.post(f"{API}/{noun}", json=STATEMENTS[noun]).json()
        url = f"{API}/{noun}/{made['id']}"
        for client, version in ((world.client("the same key"), 1), (monitor, 2)):
            change = {name: f"Words of version {version + 1}"}
            answer = client.patch(url, json=change, headers={"If-Match": f'"{version}"'})
            assert answer.status_code == 200, answer.text
        return Try(f"{url}:publish", None, _untold(url, made["id"]))

    return story
