# SPDX-License-Identifier: Apache-2.0
"""One row of the U.S. Press Freedom Tracker, by the names its export of 2020 and its API give fields.

The page of an incident is its stable key: `slug` in the export of 2020 holds the full address, `url` in
the API. A day that is not known exactly is its month. The body is HTML with scripts; none survives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from app.domain.intake import text
from app.domain.intake.item import MAX_LEFTOVER, MAX_TITLE, Given, reading, text_of, web_address
from app.domain.record import dates
from app.domain.record.crosswalks_row import System
from app.domain.record.dataset import DatasetRecord
from app.domain.record.particulars import Particulars, SaidActor, SaidTarget
from app.domain.record.report import Account, Reading, Rejected, raw_item
from app.domain.vocabulary import ActorType, Motive, Precision
from workers.sources import uspft_links, uspft_words
from workers.sources.json_rows import JsonRow

COUNTRY = "US"
_MAX_ACTOR = 200
_FIRST_YEAR = 1900
_LISTS = (
    "categories",
    "targeted_journalists",
    "targeted_institutions",
    "tags",
    "equipment_seized",
    "equipment_broken",
)
_TEXTS = (
    "title",
    "url",
    "slug",
    "body",
    "introduction",
    "teaser",
    "date",
    "exact_date_unknown",
    "first_published_at",
    "city",
    "latitude",
    "longitude",
    "actor",
    "assailant",
)
# Known fields that have no place of their own; they are told, in the order of the export.
_TOLD = (
    "image_caption",
    "arresting_authority",
    "arrest_status",
    "status_of_charges",
    "current_charges",
    "dropped_charges",
    "detention_date",
    "release_date",
    "detention_status",
    "held_in_contempt",
    "unnecessary_use_of_force",
    "case_number",
    "case_type",
    "case_statuses",
    "lawsuit_name",
    "venue",
    "status_of_seized_equipment",
    "is_search_warrant_obtained",
    "were_devices_searched_or_seized",
    "border_point",
    "stopped_at_border",
    "target_us_citizenship_status",
    "target_nationality",
    "denial_of_entry",
    "type_of_denial",
    "stopped_previously",
    "did_authorities_ask_for_device_access",
    "did_authorities_ask_for_social_media_user",
    "did_authorities_ask_for_social_media_pass",
    "did_authorities_ask_about_work",
    "was_journalist_targeted",
    "charged_under_espionage_act",
    "subpoena_type",
    "subpoena_statuses",
    "name_of_business",
    "third_party_in_possession_of_communications",
    "third_party_business",
    "legal_order_type",
    "legal_order_venue",
    "status_of_prior_restraint",
    "mistakenly_released_materials",
    "workers_whose_communications_were_obtained",
    "politicians_or_public_figures_involved",
    "authors",
    "updates",
    "last_published_at",
)
# Pictures, clips, and times of editing: known, and nothing for a record.
_UNUSED = ("teaser_image", "primary_video", "latest_revision_created_at")
_NO = frozenset({"false", "unknown", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """A row taken apart: plain texts, lists, links, what is only told, and what nobody knows."""

    texts: Mapping[str, str | None]
    lists: Mapping[str, list[str]]
    told: Mapping[str, str | None]
    links: uspft_links.Links
    state: str | None
    others: Mapping[str, Any]


def read_row(row: JsonRow, given: Given) -> Account | Rejected:
    """Read one row; refused where it has no page or no title."""
    cells = _taken_apart(row.fields)
    address = _page(cells.texts["url"] or cells.texts["slug"])
    if address is None:
        reason = "the row has no address of its page, which is its key"
        return Rejected(line=row.line, reason=reason)
    kinds, missed = uspft_words.kinds(
        cells.lists["categories"], cells.told, is_seized=bool(cells.lists["equipment_seized"])
    )
    particulars = _particulars(cells, tuple(kinds))
    others = {**cells.others, **({"categories": missed} if missed else {})}
    result = reading(_said(cells, address), others, given, particulars=particulars)
    if not result.title:
        return Rejected(line=row.line, reason="the row has no title")
    result = replace(result, record=_record(result, address, given))
    return Account(raw=raw_item(address, row.raw), reading=result, line=row.line)


def _taken_apart(fields: Mapping[str, Any]) -> _Cells:
    left = dict(fields)
    lists = {name: _values(left.pop(name, None)) for name in _LISTS}
    texts = {name: text_of(left.pop(name, None)) for name in _TEXTS}
    told = {name: _told(left.pop(name, None)) for name in _TOLD}
    links = uspft_links.links_of(left.pop("links", None))
    state = uspft_words.state(_state(left.pop("state", None)))
    for name in _UNUSED:
        left.pop(name, None)
    others = {name: value for name, value in left.items() if value}
    return _Cells(texts=texts, lists=lists, told=told, links=links, state=state, others=others)


def _page(said: str | None) -> str | None:
    """Return the address of an incident's page in one spelling: it is what two exports share."""
    address = web_address(said)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    path = parts.path.rstrip("/")
    found = f"https://{host}{path}/"
    # What would not be the same as plain text is no address to be shown.
    return found if host and path and text.plain(found, limit=len(found)) == found else None


def _said(cells: _Cells, address: str) -> dict[str, str | None]:
    """Return the fields that every format has."""
    texts = cells.texts
    date = texts["date"]
    is_month = (texts["exact_date_unknown"] or "").casefold() in ("true", "1", "yes")
    return {
        "title": texts["title"],
        "summary": texts["body"] or texts["introduction"] or texts["teaser"],
        "url": address,
        "date": date[:7] if date and is_month else date,
        "published_at": texts["first_published_at"],
        "country": COUNTRY,
        "language": "en",
    }


def _particulars(cells: _Cells, kinds: tuple[Any, ...]) -> Particulars:
    point = text.point(cells.texts["latitude"], cells.texts["longitude"])
    return Particulars(
        targets=_targets(cells.lists),
        kinds=kinds,
        kind_words=tuple(cells.lists["categories"]),
        actors=_actors(cells),
        links=cells.links.found,
        admin1=cells.state,
        place=text.plain(cells.texts["city"] or "", limit=MAX_TITLE, one_line=True) or None,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        # The tracker places an incident at its city.
        precision=Precision.LOCALITY if point else None,
        tags=tuple(cells.lists["tags"]),
        told=tuple((name, value) for name, value in _all_told(cells) if value),
    )


def _record(result: Reading, address: str, given: Given) -> DatasetRecord | None:
    """Return what the tracker says in full; None where no day or no kind of ours is said."""
    said = result.particulars
    if result.date_text is None or not said.kinds or result.country is None:
        return None
    span = dates.parse(result.date_text)
    if span.counts_from > given.now.date() or span.earliest.year < _FIRST_YEAR:
        return None
    actor = said.actors[0] if said.actors else None
    return DatasetRecord(
        organisation=uspft_words.ORGANISATION,
        title=result.title,
        date_text=result.date_text,
        country=result.country,
        kinds=said.kinds,
        # Whether the work was the reason the tracker asks of every row before it takes it in.
        motive=Motive.NOT_ASSESSED,
        targets=said.targets or (uspft_words.nobody(result.title),),
        admin1=said.admin1,
        place=said.place,
        latitude=said.latitude,
        longitude=said.longitude,
        precision=said.precision,
        suspected=actor.words if actor else None,
        suspected_type=actor.type if actor else ActorType.UNKNOWN,
        links=said.links,
        url=address,
        external_id=(System.USPFT.value, address),
    )


def _values(value: object) -> list[str]:
    """Return the values of a list, whether it came as JSON or as the text of a cell."""
    if isinstance(value, list):
        return [found for one in value if (found := _plain(_named(one)))]
    return [found for one in uspft_words.listed(text_of(value)) if (found := _plain(one))]


def _plain(said: str | None) -> str:
    return text.plain(said or "", limit=MAX_LEFTOVER, one_line=True)


def _named(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return text_of(value)
    amount, thing = text_of(value.get("quantity")), text_of(value.get("equipment"))
    if thing is not None:
        return f"{thing}: count of {amount}" if amount else thing
    return text_of(value.get("title") or value.get("name"))


def _state(value: object) -> str | None:
    return text_of(value.get("name")) if isinstance(value, Mapping) else text_of(value)


def _told(value: object) -> str | None:
    """Return a known field as text; a list written as Python text is parted by commas here."""
    words = text_of(value)
    if words is None or words.casefold() in _NO:
        return None
    if words.startswith("[") and words.rstrip().endswith("]"):
        words = ", ".join(uspft_words.listed(words))
    said = text.plain(words, limit=MAX_LEFTOVER)
    return None if said.casefold() in _NO else said or None


def _all_told(cells: _Cells) -> list[tuple[str, str | None]]:
    things = [
        (name, ", ".join(cells.lists[name])) for name in ("equipment_seized", "equipment_broken")
    ]
    return [*cells.told.items(), *things, ("links", cells.links.unread)]


def _targets(lists: Mapping[str, list[str]]) -> tuple[SaidTarget, ...]:
    people = [found for one in lists["targeted_journalists"] if (found := uspft_words.person(one))]
    outlets = [uspft_words.outlet(one) for one in lists["targeted_institutions"]]
    return (*people, *outlets)


def _actors(cells: _Cells) -> tuple[SaidActor, ...]:
    actor, assailant = (_plain(cells.texts[name]) or None for name in ("actor", "assailant"))
    authority = cells.told["arresting_authority"]
    if authority:
        return (SaidActor(words=authority[:_MAX_ACTOR], type=ActorType.POLICE),)
    kind = uspft_words.actor(assailant, actor)
    words = next((one for one in (assailant, actor) if one and one.casefold() != "unknown"), None)
    return (SaidActor(words=words[:_MAX_ACTOR], type=kind),) if words else ()
