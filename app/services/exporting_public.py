# SPDX-License-Identifier: Apache-2.0
"""Rows of an export by the public fields, from the documents and views that everybody gets.

What a row says here, the API says to anybody: nothing is read from the tables, so that a field is
public in one place only.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.domain.vocabulary import TargetKind
from app.services.exporting_shapes import CaseRow, IncidentRow

_FLAGS = ("lesser_charge", "in_absentia", "suspended_sentence")
_COPIED = (
    "id",
    "ref",
    "title",
    "status",
    "verified_by",
    "country",
    "scope",
    "motive",
    "instigation",
    "severity_level",
    "external_ids",
    "version",
)
_OF_TARGET = (
    "kind",
    "description",
    "count",
    "primary_role",
    "other_roles",
    "harm",
    "flags",
    "sex",
    "age_group",
    "arbitrary",
    "state_acquiescence",
    "due_diligence_failed",
)
_OF_FACT = (
    "id",
    "kind",
    "role",
    "involvement_id",
    "detail",
    "sentence_months",
    "life",
    "fine",
    "fine_currency",
    "sanctions",
    "verified",
)
_HIDDEN = {"recorded_at": None, "verified_at": None, "retracted_at": None}

_View = Mapping[str, Any]


def incident_row(document: _View, cases: Sequence[CaseRow]) -> IncidentRow:
    """Return an incident as its public document tells it."""
    place, level = document["location"], document["impunity"]
    severity = document["severity"]
    row = {name: document[name] for name in _COPIED} | {
        "date": document["date"]["text"],
        "date_earliest": document["date"]["earliest"],
        "date_latest": document["date"]["latest"],
        "admin1": place["admin1"],
        "place": place["place"],
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "precision": place["precision"],
        "public_precision": None,
        "is_at_risk": None,
        "categories": [_category(one) for one in document["categories"]],
        "executors_complete": None,
        "impunity": level["level"],
        "impunity_since": level["since"],
        "severity_set": severity["set"],
        "severity_reason": severity["reason"],
        "narrative": dict(sorted(document["narrative"].items())),
        "targets": [_target(one) for one in document["targets"]],
        "involvements": [
            _involvement(one, position) for position, one in enumerate(document["involvements"])
        ],
        "sources": sorted(
            (_source(one) for one in document["sources"]), key=lambda one: str(one["id"])
        ),
        "cases": msgspec.to_builtins(cases),
        "decision": _decision(document["decision"]),
        "event_group": _event_group(document["event_group"]),
        "assessments": [],
        "overrides": [],
        "status_reason": None,
        "duplicate_of": None,
        "verification_reason": None,
        "created_at": None,
        "verified_at": None,
        "published_at": None,
        "updated_at": _instant(document["updated_at"]),
    }
    return msgspec.convert(row, IncidentRow)


def case_row(view: _View) -> CaseRow:
    """Return a case as everybody reads it."""
    row = {name: view[name] for name in ("id", "polarity", "title", "country", "court", "number")}
    row |= {
        "stage": view["stage"],
        "incident_ids": sorted((one["id"] for one in view["incidents"]), key=str),
        "facts": [_fact(one, number) for number, one in enumerate(view["facts"], 1)],
        "parties": [_party(one, number) for number, one in enumerate(view["parties"], 1)],
        "created_at": None,
        # A day to everybody, and no instant.
        "updated_at": None,
        "version": view["version"],
    }
    return msgspec.convert(msgspec.to_builtins(row), CaseRow)


def _instant(told: str) -> str:
    """Return the time of a change; of a record at risk everybody is told the day, its midnight."""
    return told if "T" in told else f"{told}T00:00:00Z"


def _category(one: _View) -> str:
    return f"{one['category']}/{one['subtype']}" if one["subtype"] else str(one["category"])


def _person(ref: _View | None) -> dict[str, Any] | None:
    if ref is None:
        return None
    return {
        "id": ref["id"],
        "name": ref["name"],
        "names": dict(sorted(ref["names"].items())),
        "country": None,
        "summary": None,
        "is_minor": False,
        "is_relative": False,
        "erased_at": None,
    }


def _outlet(ref: _View | None) -> dict[str, Any] | None:
    if ref is None:
        return None
    group = ref.get("is_group", False)
    return {"id": ref["id"], "name": ref["name"], "country": None, "is_group": group}


def _source(view: _View | None) -> dict[str, Any]:
    return {**(view or {}), "reliability": None}


def _target(one: _View) -> dict[str, Any]:
    person = _person(one["person"])
    return {name: one[name] for name in _OF_TARGET} | {
        "id": None,
        "person": person,
        "name_withheld": one["kind"] == TargetKind.PERSON and person is None,
        "outlet": _outlet(one["outlet"]),
        "employer": _outlet(one["employer"]),
    }


def _involvement(one: _View, position: int) -> dict[str, Any]:
    return {
        "id": one["id"],
        "slot": one["id"],
        "position": position,
        "crime_role": one["crime_role"],
        "identified": one["identified"],
        "person": _person(one["person"]),
        "description": one["description"],
        "actor_type": one["actor_type"],
        "status": one["status"],
        "name_decided": False,
        "recorded_at": None,
        "retracted_at": None,
    }


def _decision(ref: _View | None) -> dict[str, Any] | None:
    if ref is None:
        return None
    return {name: ref[name] for name in ("id", "kind", "title", "ground", "authority", "date")} | {
        "statute": None,
        "territory": None,
        "domains": [],
        "titles": [],
        "source": None,
        "published": True,
        "recorded_at": None,
    }


def _event_group(ref: _View | None) -> dict[str, Any] | None:
    if ref is None:
        return None
    return {
        "id": ref["id"],
        "name": ref["name"],
        "country": None,
        "date": None,
        "summary": None,
        "source": None,
        "published": True,
        "recorded_at": None,
    }


def _fact(view: _View, number: int) -> dict[str, Any]:
    amount = view["fine_amount"]
    return (
        {name: view[name] for name in _OF_FACT}
        | {
            "sequence": number,
            "date": view["date"]["text"],
            "person": _person(view["person"]),
            "fine_amount": f"{amount:.2f}" if amount is not None else None,
            "flags": [name for name in _FLAGS if view[name]],
            "source": _source(view["source"]) if view["source"] else None,
            "retraction_reason": None,
        }
        | _HIDDEN
    )


def _party(view: _View, number: int) -> dict[str, Any]:
    names = ("id", "kind", "role", "name_withheld", "description", "verified")
    return (
        {name: view[name] for name in names}
        | {
            "sequence": number,
            "person": _person(view["person"]),
            "outlet": _outlet(view["outlet"]),
            "source": _source(view["source"]) if view["source"] else None,
            "retraction_reason": None,
        }
        | _HIDDEN
    )
