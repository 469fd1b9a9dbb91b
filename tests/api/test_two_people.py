# SPDX-License-Identifier: Apache-2.0
"""Nobody verifies or publishes their own work, by whichever route and with whichever of their keys.

`GUARDED` walks each route on which somebody could; `HARMLESS` says of every other write why nothing
becomes verified or public by it. A new write route belongs to one of them.
"""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app import api
from app.domain.vocabulary import Role
from app.storage.database import Sessions
from tests.api import two_people as stories
from tests.api import two_people_entries as entries
from tests.api.two_people import API, Try, World
from tests.client import Client

GUARDED: dict[tuple[str, str], list[Callable[[World], Try]]] = {
    ("POST", "/incidents/{incident_id}:verify"): [
        stories.own_report,
        stories.own_words_in_the_report_of_another,
        stories.own_words_under_a_later_edit,
        stories.own_words_in_a_verified_report,
        stories.own_report_after_a_withdrawn_mark,
        stories.own_report_after_a_withdrawn_merger,
        stories.another_report_with_own_sources,
        stories.own_acceptance_of_a_report_from_outside,
    ],
    ("POST", "/incidents/{incident_id}:publish"): [
        stories.own_report_verified_by_a_colleague,
        stories.own_import_of_a_dataset,
    ],
    ("POST", "/incidents/{incident_id}:approve-changes"): [
        stories.own_change_of_a_public_record,
        stories.a_change_of_ones_own_public_record,
    ],
    ("POST", "/incidents/{incident_id}:merge"): [stories.own_sources_merged_into_a_public_record],
    ("POST", "/merges/{merge_id}:undo"): [stories.own_merger_of_public_records_undone],
    ("POST", "/cases/{case_id}/facts/{fact_id}:verify"): [entries.own_fact],
    ("POST", "/incidents/{incident_id}/impunity/overrides/{override_id}:confirm"): [
        entries.own_level
    ],
    ("POST", "/decisions/{decision_id}:publish"): [entries.published_alone("decisions")],
    ("POST", "/patterns/{pattern_id}:publish"): [entries.published_alone("patterns")],
    ("POST", "/recommendations/{recommendation_id}:publish"): [
        entries.published_alone("recommendations")
    ],
    ("POST", "/event-groups/{event_group_id}:publish"): [entries.published_alone("event-groups")],
    ("POST", "/outlets/{outlet_id}:publish"): [entries.published_alone("outlets")],
    ("POST", "/outlets/{outlet_id}/status-events/{event_id}:verify"): [entries.own_status_event],
    ("POST", "/cases/{case_id}/parties/{party_id}:verify"): [entries.own_party],
    ("POST", "/incidents/{incident_id}/claims/{claim_id}:verify"): [entries.own_claim],
    ("POST", "/people/{person_id}/statements/{statement_id}:verify"): [
        entries.own_statement_about_a_person
    ],
    ("POST", "/recommendations/{recommendation_id}/steps/{step_id}:verify"): [entries.own_step],
    ("POST", "/replies/{reply_id}:publish"): [
        entries.published_alone("replies"),
        entries.changed_alone("replies", "question"),
    ],
    ("PATCH", "/evidence/{evidence_id}"): [entries.own_evidence],
}

HANDED_IN = "handed in: it starts unverified, with its author's name"
NARROWS = "takes away or asks; what is public by it was so before"
UNVERIFIED = "a second person verifies it before it counts"
UNPUBLISHED = "a second person publishes it"
EDITED = "what is public is changed by another than who entered it, with a reason"
NO_RECORD = "concerns no record: measuring, alerting, reading sources, keys"

HARMLESS: dict[tuple[str, str], str] = {
    ("POST", "/intake/kobo"): "a submission is a report, or handed in and no further",
    ("POST", "/intake/kobo/{source_id}"): "a submission is a report, or handed in and no further",
    ("POST", "/incidents"): HANDED_IN,
    (
        "PATCH",
        "/incidents/{incident_id}",
    ): "a change waits for a second person, or is verified again",
    ("POST", "/incidents/{incident_id}:submit"): HANDED_IN,
    ("POST", "/incidents/{incident_id}:triage"): NARROWS,
    ("POST", "/incidents/{incident_id}:review"): NARROWS,
    ("POST", "/incidents/{incident_id}:request-information"): NARROWS,
    ("POST", "/incidents/{incident_id}:reject"): NARROWS,
    ("POST", "/incidents/{incident_id}:mark-duplicate"): NARROWS,
    ("POST", "/incidents/{incident_id}:split"): HANDED_IN,
    ("POST", "/incidents/{incident_id}:retract"): NARROWS,
    ("POST", "/incidents/{incident_id}:decline-changes"): NARROWS,
    ("POST", "/incidents/{incident_id}/impunity:preview"): "saves nothing",
    ("POST", "/incidents/{incident_id}/impunity/overrides"): UNVERIFIED,
    ("POST", "/incidents/{incident_id}/impunity/overrides/{override_id}:withdraw"): NARROWS,
    ("POST", "/cases"): "shows nothing before a fact of it is verified",
    ("POST", "/cases/{case_id}/facts"): UNVERIFIED,
    ("POST", "/cases/{case_id}/facts/{fact_id}:retract"): NARROWS,
    ("PATCH", "/cases/{case_id}"): EDITED,
    ("POST", "/cases/{case_id}/parties"): UNVERIFIED,
    ("POST", "/cases/{case_id}/parties/{party_id}:retract"): NARROWS,
    ("POST", "/incidents/{incident_id}/claims"): UNVERIFIED,
    ("POST", "/incidents/{incident_id}/claims/{claim_id}:retract"): NARROWS,
    ("POST", "/incidents/{incident_id}/evidence"): "another person decides that it is public",
    ("POST", "/evidence/{evidence_id}:withdraw"): NARROWS,
    ("POST", "/people/{person_id}/statements"): UNVERIFIED,
    ("POST", "/people/{person_id}/statements/{statement_id}:retract"): NARROWS,
    ("POST", "/people/{person_id}:erase"): NARROWS,
    ("POST", "/decisions/{decision_id}/proposals/{domain}:accept"): NO_RECORD,
    ("POST", "/decisions/{decision_id}/proposals/{domain}:decline"): NO_RECORD,
    ("PATCH", "/outlets/{outlet_id}"): EDITED,
    ("PATCH", "/recommendations/{recommendation_id}"): EDITED,
    ("POST", "/recommendations/{recommendation_id}/steps"): UNVERIFIED,
    ("POST", "/recommendations/{recommendation_id}/steps/{step_id}:retract"): NARROWS,
    ("POST", "/replies"): UNPUBLISHED,
    ("PATCH", "/replies/{reply_id}"): EDITED,
    ("POST", "/decisions"): UNPUBLISHED,
    ("POST", "/patterns"): UNPUBLISHED,
    ("POST", "/recommendations"): UNPUBLISHED,
    ("POST", "/event-groups"): UNPUBLISHED,
    ("POST", "/outlets"): UNPUBLISHED,
    ("POST", "/outlets/{outlet_id}/status-events"): UNVERIFIED,
    ("POST", "/outlets/{outlet_id}/status-events/{event_id}:retract"): NARROWS,
    ("POST", "/reports/{report_id}:accept"): HANDED_IN,
    (
        "POST",
        "/reports/{report_id}:attach",
    ): "a source under the rules of every change of an incident",
    (
        "POST",
        "/reports/{report_id}:detach",
    ): "a source under the rules of every change of an incident",
    ("POST", "/reports/{report_id}:reject"): NARROWS,
    ("POST", "/reports/{report_id}:seen"): NO_RECORD,
    ("POST", "/sources"): "what a dataset verifies is published by another person",
    ("PATCH", "/sources/{source_id}"): "only editors trust a dataset; another person publishes it",
    ("POST", "/sources/{source_id}:pause"): NO_RECORD,
    ("POST", "/sources/{source_id}:resume"): NO_RECORD,
    ("POST", "/sources/{source_id}:run"): NO_RECORD,
    ("POST", "/keys"): "keys of one owner or one name are one person",
    ("DELETE", "/keys/{key_id}"): "what a revoked key did stays its holder's",
}
"""Why nothing becomes verified or public by its own author there."""

NO_RECORD_AT_ALL = (
    "/agent/", "/alerts", "/deliveries", "/judge", "/maintenances", "/sites", "/subscriptions",
    "/vantages",
)  # fmt: skip

STORIES = [
    pytest.param(route, story, id=f"{route[1]} {story.__name__} {number}")
    for route, found in GUARDED.items()
    for number, story in enumerate(found)
]


@pytest.mark.parametrize(("route", "story"), STORIES)
def test_nobody_stands_for_their_own_work(
    app: FastAPI, sessions: Sessions, route: tuple[str, str], story: Callable[[World], Try]
) -> None:
    """With none of their keys; each attempt is on record with who, what and why, for the desk alone."""
    world = World(app, sessions)
    tried = story(world)
    auditor = Client(app, world.key(Role.AUDITOR, "watch"))
    before = len(auditor.get(f"{API}/attempts?limit=500").json()["data"])

    answers = {
        hand: Client(app, key).request(
            tried.method, tried.url, json=tried.body, headers=tried.headers
        )
        for hand, key in world.hands.items()
    }

    refused = {hand: answer.status_code for hand, answer in answers.items()}
    assert refused == {hand: 401 if hand == "a revoked key" else 403 for hand in world.hands}
    assert tried.is_undone(world)
    traces = auditor.get(f"{API}/attempts?limit=500").json()["data"]
    traces = traces[: len(traces) - before]
    assert len(traces) == len(world.hands)
    assert {one["who"]["person"] for one in traces} == {"aizhan"}
    assert {(one["method"], one["route"].removeprefix(API)) for one in traces} == {route}
    assert all(one["why"] and one["object"]["id"] in tried.url for one in traces)
    for outsider in (Client(app), Client(app, world.key(Role.MONITOR, "marat"))):
        assert outsider.get(f"{API}/attempts").status_code in (401, 403)


def test_every_write_route_is_in_the_table() -> None:
    """Whoever adds a write says here why nobody stands for their own work by it, or tells a story."""
    writes = {
        (method, route.path)
        for noun in api.nouns
        for route in noun.router.routes
        if isinstance(route, APIRoute)
        for method in (route.methods or set()) & {"POST", "PATCH", "PUT", "DELETE"}
        if not route.path.startswith(NO_RECORD_AT_ALL)
    }
    assert writes - GUARDED.keys() - HARMLESS.keys() == set()
    assert (GUARDED.keys() | HARMLESS.keys()) - writes == set()
    assert GUARDED.keys() & HARMLESS.keys() == set()
