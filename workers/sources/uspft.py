# SPDX-License-Identifier: Apache-2.0
"""U.S. Press Freedom Tracker: the CSV export of 2020, and the API's JSON and CSV of today.

The page of an incident is its stable key: `slug` in the export of 2020 holds the full address, `url` in
the API. A day that is not known exactly is its month. The body is HTML with scripts; none survives.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.intake import text
from app.domain.intake.item import MAX_LEFTOVER, MAX_TITLE, Given, reading, web_address
from app.domain.record.particulars import Particulars, SaidActor, SaidLink, SaidTarget
from app.domain.record.report import (
    Account,
    Extent,
    Found,
    Rejected,
    raw_item,
    without_repeats,
)
from app.domain.vocabulary import ActorType, Precision, TargetKind
from app.errors import InvalidInput
from workers.sources import uspft_words
from workers.sources.charsets import decode
from workers.sources.csv_rows import (
    TOTALS_ROW,
    Row,
    cells_of,
    lines_of,
    problem_of,
    rows_of,
    stop_at,
    value_of,
)
from workers.sources.json_rows import JsonRow, text_of
from workers.sources.json_rows import rows_of as json_rows_of

COUNTRY = "US"
_LISTS = (
    "categories",
    "targeted_journalists",
    "targeted_institutions",
    "links",
    "tags",
    "equipment_seized",
    "equipment_broken",
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
)
# Pictures, clips, and times of editing: known, and nothing for a record.
_UNUSED = ("teaser_image", "primary_video", "latest_revision_created_at", "introduction")
_NO = frozenset({"false", "unknown", "no"})


def read(body: bytes, given: Given) -> Found:
    """Read a whole export or one page of the API; raises InvalidInput where it is neither."""
    document = decode(body, given.content_type)
    is_json = document.lstrip()[:1] in ("[", "{")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for row in _json(document) if is_json else _csv(document):
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        stopped = stop_at(row.line, len(accounts), len(rejected))
        if stopped is not None:
            rejected.append(stopped)
            break
        taken = _read_row(row, given)
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    is_whole = not is_json and all(one.reason == TOTALS_ROW for one in rejected)
    return Found(
        accounts=kept,
        rejected=tuple(sorted((*rejected, *repeated), key=lambda one: one.line)),
        # A page of the API is a part; only a file is everything there is.
        extent=Extent.WHOLE if is_whole else Extent.PARTIAL,
    )


def _json(document: str) -> Sequence[JsonRow | Rejected]:
    return list(json_rows_of(document, within=("results",)))


def _csv(document: str) -> Sequence[JsonRow | Rejected]:
    lines, start = lines_of(document)
    header = cells_of(lines[start], ",") if start < len(lines) else None
    names = [name.strip() for name in header or []]
    if "title" not in names or not {"slug", "url"} & set(names):
        raise InvalidInput(
            "the first line lacks the columns title and slug (or url); "
            "is it an export of the U.S. Press Freedom Tracker?"
        )
    return [_of_csv(row, names) for row in rows_of(lines, start + 1, ",")]


def _of_csv(row: Row | Rejected, names: list[str]) -> JsonRow | Rejected:
    if isinstance(row, Rejected):
        return row
    problem = problem_of(row, names)
    if problem is not None:
        return Rejected(line=row.line, reason=problem)
    fields = {name: value_of(cell) for name, cell in zip(names, row.cells, strict=True) if name}
    return JsonRow(line=row.line, raw=row.raw, fields=fields)


def _read_row(row: JsonRow, given: Given) -> Account | Rejected:
    fields: dict[str, Any] = dict(row.fields)
    lists = {name: _values(fields.pop(name, None)) for name in _LISTS}
    told = {name: _told(fields.pop(name, None)) for name in _TOLD}
    for name in _UNUSED:
        fields.pop(name, None)
    actor, assailant = (text_of(fields.pop(name, None)) for name in ("actor", "assailant"))
    url, slug = text_of(fields.pop("url", None)), text_of(fields.pop("slug", None))
    address = web_address(url or slug)
    if address is None:
        return Rejected(
            line=row.line, reason="the row has no address of its page, which is its key"
        )
    title, body, teaser = (text_of(fields.pop(name, None)) for name in ("title", "body", "teaser"))
    date, is_month = (
        text_of(fields.pop("date", None)),
        _is_yes(fields.pop("exact_date_unknown", None)),
    )
    published, updated = (
        text_of(fields.pop(name, None)) for name in ("first_published_at", "last_published_at")
    )
    place = {name: text_of(fields.pop(name, None)) for name in ("city", "latitude", "longitude")}
    state = uspft_words.state(_state(fields.pop("state", None)))
    kinds, missed = uspft_words.kinds(
        lists["categories"], told, is_seized=bool(lists["equipment_seized"])
    )
    others = {**fields, **({"categories": missed} if missed else {}), "updated": updated}
    said = {
        "title": title,
        "summary": body or teaser,
        "url": address,
        "date": date[:7] if date and is_month else date,
        "published_at": published,
        "country": COUNTRY,
        "language": "en",
    }
    point = text.point(place["latitude"], place["longitude"])
    particulars = Particulars(
        targets=_targets(lists),
        kinds=tuple(kinds),
        kind_words=tuple(lists["categories"]),
        actors=_actors(actor, assailant, told),
        links=tuple(_links(lists["links"])),
        admin1=state,
        place=text.plain(place["city"] or "", limit=MAX_TITLE, one_line=True) or None,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        # The tracker places an incident at its city.
        precision=Precision.LOCALITY if point else None,
        tags=tuple(lists["tags"]),
        told=tuple((name, value) for name, value in _all_told(told, lists) if value),
    )
    result = reading(
        said,
        {name: value for name, value in others.items() if value},
        given,
        particulars=particulars,
    )
    if not result.title:
        return Rejected(line=row.line, reason="the row has no title")
    return Account(raw=raw_item(address, row.raw), reading=result, line=row.line)


def _values(value: object) -> list[str]:
    """Return the values of a list, whether it came as JSON or as the text of a cell."""
    if isinstance(value, list):
        return [found for found in map(_named, value) if found]
    return uspft_words.listed(text_of(value))


def _named(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return text_of(value)
    if "url" in value:
        return text_of(value["url"])
    amount, thing = text_of(value.get("quantity")), text_of(value.get("equipment"))
    if thing is not None:
        return f"{thing}: {amount}" if amount else thing
    return text_of(value.get("title") or value.get("name"))


def _state(value: object) -> str | None:
    return text_of(value.get("name")) if isinstance(value, Mapping) else text_of(value)


def _told(value: object) -> str | None:
    said = text.plain(text_of(value) or "", limit=MAX_LEFTOVER)
    return None if said.casefold() in _NO else said or None


def _all_told(
    told: Mapping[str, str | None], lists: Mapping[str, list[str]]
) -> list[tuple[str, str | None]]:
    things = [(name, ", ".join(lists[name])) for name in ("equipment_seized", "equipment_broken")]
    no_links = "; ".join(one for one in lists["links"] if web_address(one) is None)
    return [*told.items(), *things, ("links", text.plain(no_links, limit=MAX_LEFTOVER))]


def _is_yes(value: object) -> bool:
    return (text_of(value) or "").casefold() in ("true", "1", "yes")


def _targets(lists: Mapping[str, list[str]]) -> tuple[SaidTarget, ...]:
    people = [found for one in lists["targeted_journalists"] if (found := uspft_words.person(one))]
    outlets = [
        SaidTarget(kind=TargetKind.OUTLET, name=text.plain(one, limit=200, one_line=True))
        for one in lists["targeted_institutions"]
    ]
    return (*people, *outlets)


def _actors(
    actor: str | None, assailant: str | None, told: Mapping[str, str | None]
) -> tuple[SaidActor, ...]:
    kind = uspft_words.actor(assailant, actor)
    authority = told["arresting_authority"]
    if authority:
        return (SaidActor(words=authority[:200], type=ActorType.POLICE),)
    words = next((one for one in (assailant, actor) if one and one.casefold() != "unknown"), None)
    return (SaidActor(words=words[:200], type=kind),) if words else ()


def _links(addresses: list[str]) -> list[SaidLink]:
    return [SaidLink(url=found) for one in addresses if (found := web_address(one)) is not None]
