# SPDX-License-Identifier: Apache-2.0
"""One submission of a KoboToolbox form, read under a mapping of its questions.

Questions in groups are named `group/question`. A form knows more about its sender than a record may
hold: who sent it, from which device and number, where they stood. Until such things can be kept
encrypted they are refused, and the answer names what was left out. A correction of a submission is
another version of the first one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.intake.item import MAX_RAW, Given, text_of
from app.domain.intake.mapped import account_of
from app.domain.record.report import CONSTANT, Account, Rejected

MAX_QUESTIONS = 500
MAX_DEPTH = 5

_ABOUT_THE_SENDER = frozenset(
    {
        "_submitted_by",
        "_attachments",
        "_geolocation",
        "_notes",
        "_tags",
        "_validation_status",
        "_userform_id",
        "_bamboo_dataset_id",
        "_supplementaldetails",
        "audit",
        "start-geopoint",
        "background-audio",
        "username",
        "start",
        "end",
        "today",
    }
)
_PRIVATE_GROUPS = ("meta/", "formhub/")
_PRIVATE_WORDS = frozenset(
    {
        "phone",
        "phonenumber",
        "telephone",
        "tel",
        "mobile",
        "msisdn",
        "whatsapp",
        "telegram",
        "signal",
        "email",
        "mail",
        "imei",
        "imsi",
        "deviceid",
        "device",
        "simserial",
        "simid",
        "subscriberid",
        "телефон",
        "номер",
        "почта",
    }
)
_METADATA = frozenset({"_id", "_uuid", "_submission_time", "_status", "_xform_id_string"})
_WORD = re.compile(r"[^\W_]+")
# A number in the international form, or one that a whole answer consists of; and a mail address.
_NUMBER = re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}(?!\d)")
_ONLY_A_NUMBER = re.compile(r"\s*\(?\d(?:[ ()-]{0,2}\d){8,14}\s*")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_POINT = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?) (-?\d{1,3}(?:\.\d{1,20})?)(?: -?[\d.]{1,20}){0,2}")
_LEFT_OUT = "[left out]"
# Answers chosen from a list are codes parted by spaces; names of people and places hold spaces.
_CHOSEN = ("category", "tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a submission came to: its account or why there is none, and the questions left out."""

    account: Account | Rejected
    left_out: tuple[str, ...]


def read(fields: Mapping[str, Any], given: Given, *, line: int = 1) -> Submission:
    """Read one submission as KoboToolbox's REST services and its API give it."""
    mapped = {said for said in given.mapping.values() if not said.startswith(CONSTANT)}
    left_out: set[str] = set()
    kept = dict(_kept(fields, mapped, left_out, ""))
    names = tuple(sorted(left_out))
    key = _key(fields)
    if key is None:
        reason = "this is no submission of KoboToolbox: it has no _uuid"
        return Submission(account=Rejected(line=line, reason=reason), left_out=names)
    raw = json.dumps({"_uuid": key, **kept}, ensure_ascii=False)
    if len(kept) > MAX_QUESTIONS or len(raw) > MAX_RAW:
        reason = f"a submission may have {MAX_QUESTIONS} answers and {MAX_RAW // 1024} KiB"
        return Submission(account=Rejected(line=line, reason=reason), left_out=names)
    values = {name: text_of(value) for name, value in kept.items() if name not in _METADATA}
    mapping = {"separator": "=;", "published_at": "_submission_time", **given.mapping}
    values["_submission_time"] = text_of(kept.get("_submission_time"))
    separator = mapping["separator"].removeprefix(CONSTANT)
    for field in _CHOSEN:
        column = mapping.get(field, CONSTANT)
        if values.get(column):
            values[column] = separator.join((values[column] or "").split())
    # Whatever a mapping says, the id is the submission's: the same one twice is one report.
    mapping["external_id"], values["_uuid"] = "_uuid", key
    under = Given(now=given.now, mapping=mapping, address=given.address)
    return Submission(account=account_of(values, raw, line, under), left_out=names)


def _key(fields: Mapping[str, Any]) -> str | None:
    """Return the id of a submission; a correction carries the one of the first version."""
    for name in ("meta/rootUuid", "_uuid", "meta/instanceID"):
        said = fields.get(name)
        if isinstance(said, str) and 0 < len(said) <= 200 and said.isprintable():
            return said.removeprefix("uuid:")
    return None


def _kept(
    fields: Mapping[str, Any], mapped: set[str], left_out: set[str], before: str, depth: int = 1
) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        whole = name if name.startswith(before) else before + name
        if value in (None, "", [], {}):
            continue
        if _is_private(whole) and not _names_a_part(whole, mapped):
            left_out.add(whole)
        elif isinstance(value, Mapping) and depth < MAX_DEPTH:
            yield from _kept(value, mapped, left_out, f"{whole}/", depth + 1)
        elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            yield from _repeated(whole, value, mapped, left_out, depth)
        else:
            yield from _answer(whole, value, mapped, left_out)


def _repeated(
    name: str, rows: list[Any], mapped: set[str], left_out: set[str], depth: int
) -> Iterator[tuple[str, Any]]:
    """Yield the answers of a group that was filled in several times, each question's together."""
    together: dict[str, list[Any]] = {}
    for row in rows:
        if isinstance(row, Mapping) and depth < MAX_DEPTH:
            for inner, value in _kept(row, mapped, left_out, f"{name}/", depth + 1):
                together.setdefault(inner, []).append(value)
    yield from ((inner, values) for inner, values in together.items())


def _answer(
    name: str, value: object, mapped: set[str], left_out: set[str]
) -> Iterator[tuple[str, Any]]:
    if name == "_geolocation" and isinstance(value, list) and len(value) == 2:
        pairs = zip(("latitude", "longitude"), value, strict=True)
        yield from ((f"{name}/{part}", one) for part, one in pairs if one is not None)
        return
    if not isinstance(value, str):
        yield name, value
        return
    if _ONLY_A_NUMBER.fullmatch(value) and name not in mapped:
        left_out.add(name)
        return
    told = _MAIL.sub(_LEFT_OUT, _NUMBER.sub(_LEFT_OUT, value))
    if told != value:
        left_out.add(f"{name} (in part)")
    point = _POINT.fullmatch(told)
    if point is not None and _names_a_part(name, mapped):
        yield f"{name}/latitude", point[1]
        yield f"{name}/longitude", point[2]
        return
    yield name, told


def _is_private(name: str) -> bool:
    """Whether a question's own name, without its groups, is about its sender."""
    folded = name.casefold()
    last = folded.rpartition("/")[2]
    if folded in _METADATA:
        return False
    if last in _ABOUT_THE_SENDER or folded.startswith(_PRIVATE_GROUPS) or "/meta/" in folded:
        return True
    return any(word in _PRIVATE_WORDS for word in _WORD.findall(last))


def _names_a_part(name: str, mapped: set[str]) -> bool:
    """Whether the mapping asks for the coordinates of this question."""
    return f"{name}/latitude" in mapped and f"{name}/longitude" in mapped
