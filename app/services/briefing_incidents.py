# SPDX-License-Identifier: Apache-2.0
"""One incident in the words of a briefing: what happened to whom, when, on what ground, who says so.

A sentence is filled from fields of the public document; where a field is empty it is left out, or
says that the sources do not state it. What justice did is said in briefing_justice.py.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from app.domain.record.briefing import Run
from app.domain.vocabulary import (
    BlockingLink,
    Category,
    ClaimField,
    DecisionKind,
    LegalGround,
    Motive,
    PersonRole,
)
from app.services import briefing_dates
from app.services.briefing_labels import kind_label, label
from app.services.briefing_material import Material, Told
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen

_BY_DECISION = frozenset(
    {Category.OUTLET_MEASURE, Category.ONLINE_CENSORSHIP, Category.PRIOR_RESTRAINT}
)


def what_happened(
    pen: Pen, told: Told, material: Material, *, outlets: Iterable[str] = ()
) -> Iterator[Run]:
    """Say what the record says of an incident, but for what justice did."""
    texts, document = pen.texts, told.document
    notes = pen.cite(document["sources"])
    yield heading(texts, told, notes)
    yield Run(text=happened(texts, told.happened.text))
    title = document["title"]
    if texts.is_own(title) or len(told.kinds) > 1:
        yield Run(text=texts.say("kind", kinds=kinds(texts, told.kinds)))
    for target in document["targets"]:
        yield from (Run(text=one) for one in _target(texts, target))
    place = document["location"]["place"] or document["location"]["admin1"]
    if place:
        yield Run(text=texts.say("place", place=texts.own(place)))
    if told.kinds[0][0] in _BY_DECISION:
        yield from _decided(pen, told, material, list(outlets))
    yield from narrative(texts, title, document["narrative"], notes)
    yield from _claims(texts, document, notes)
    # A document kept from before sources could be told apart has no such field.
    for field in document.get("disagreements", []):
        yield from _disagreement(pen, field)
    if document["blocking_link"]:
        link = label(texts, BlockingLink(document["blocking_link"]))
        yield Run(text=texts.say("link", link=link))
    if not told.is_media:
        yield Run(text=texts.say("context_mark"), emphasis=True)
    if not told.is_published:
        yield Run(text=f"[{texts.word('not_published')}]", strong=True)


def heading(texts: Texts, told: Told, notes: tuple[int, ...] = ()) -> Run:
    """Begin with the title, or with the kind of act where the title is in another language."""
    title = told.document["title"]
    if not texts.is_own(title):
        title = kinds(texts, told.kinds[:1])
        names = [person_name(texts, one["person"]) for one in told.document["targets"]]
        named = texts.listed(one for one in names if one)
        title = title[:1].upper() + title[1:] + (f": {named}" if named else "")
    ref = told.document["ref"]
    title = title.rstrip(".")
    return Run(text=f"{title} ({ref})." if ref else f"{title}.", strong=True, notes=notes)


def happened(texts: Texts, text: str) -> str:
    """Say when, and that no more is known where the date is only a stretch of time."""
    if briefing_dates.is_open(text):
        return texts.say("dated_open", last=briefing_dates.last(texts, text))
    key = "dated_interval" if briefing_dates.is_vague(text) else "dated"
    return texts.say(key, when=briefing_dates.when(texts, text))


def kinds(texts: Texts, pairs: Iterable[tuple[Category, str | None]]) -> str:
    """Name kinds of act: 'detention (imprisonment)'."""
    return texts.listed(kind_label(texts, category, subtype) for category, subtype in pairs)


def person_name(texts: Texts, person: dict[str, Any] | None) -> str | None:
    """Name a person in the language's own script where the record has that."""
    if person is None:
        return None
    return str(person["names"].get(texts.language) or person["name"])


def roles(texts: Texts, target: dict[str, Any]) -> str:
    """Say what somebody was at the time: 'strike leader; trade unionist'."""
    codes = [target["primary_role"], *target["other_roles"]]
    said = [label(texts, PersonRole(code)) for code in codes if code]
    described = target["description"]
    if described:
        shown = described[:1].lower() + described[1:] if texts.language == "en" else described
        said = [texts.own(shown), *said]
    return "; ".join(said)


def narrative(
    texts: Texts, title: str, by_language: dict[str, str], notes: tuple[int, ...]
) -> Iterator[Run]:
    """Give the record's own text, or what there is in another language, and say so.

    A title in another language stands here too: the heading does not show it.
    """
    quoted = "" if texts.is_own(title) else f"{title.rstrip('.')}. "
    own = by_language.get(texts.language)
    others = [one for one in ("en", "ru", "kk", *by_language) if by_language.get(one)]
    if quoted or (others and not own):
        more = "" if own or not others else by_language[others[0]]
        language = others[0] if more else None
        yield Run(text=texts.say("quoted"), notes=())
        yield Run(text=texts.quoted(quoted + more), notes=notes, language=language)
    if own:
        yield Run(text=own, notes=notes)


def _target(texts: Texts, target: dict[str, Any]) -> Iterator[str]:
    if target["outlet"] is not None:
        yield texts.say("target_outlet", name=texts.own(target["outlet"]["name"]))
    elif target["person"] is not None or target["name_withheld"]:
        name = person_name(texts, target["person"])
        key = "target_withheld" if name is None else "target_person"
        said = roles(texts, target)
        yield texts.say(key if said else f"{key}_bare", name=name, roles=said)
    elif target["description"]:
        described = texts.own(target["description"].rstrip("."))
        key = "target_group_unknown" if target["count"] is None else "target_group"
        yield texts.say(key, description=described, count=target["count"])


def _decided(pen: Pen, told: Told, material: Material, outlets: list[str]) -> Iterator[Run]:
    """Say who decided on what ground, or that the sources do not state it."""
    texts, short = pen.texts, told.document["decision"]
    if short is None:
        return
    whole = material.decisions.get(str(short["id"]))
    notes = pen.cite([whole["source"]] if whole else told.document["sources"])
    ground = LegalGround(short["ground"])
    is_stated = ground is not LegalGround.UNKNOWN
    said = [texts.say("ground" if is_stated else "ground_unknown", ground=label(texts, ground))]
    kind = DecisionKind(short["kind"])
    if kind is not DecisionKind.UNKNOWN:
        said.append(texts.say("decision_kind", kind=label(texts, kind)))
    authority = short["authority"]
    key = "authority" if authority else "authority_unknown"
    said.append(texts.say(key, authority=texts.own(authority) if authority else ""))
    if whole and whole["domains"]:
        said.append(texts.say("decision_domains", domains=", ".join(whole["domains"])))
    if outlets:
        said.append(texts.say("also_outlets", outlets=texts.listed(map(texts.own, outlets))))
    yield Run(text=" ".join(said), notes=notes)


def _disagreement(pen: Pen, found: dict[str, Any]) -> Iterator[Run]:
    """Set what sources say differently beside each other, each with its source."""
    texts, field = pen.texts, ClaimField(found["field"])
    yield Run(text=texts.say("disagreement", field=label(texts, field)))
    last = len(found["claims"]) - 1
    for place, claim in enumerate(found["claims"]):
        value = claim["value"]
        if field is ClaimField.DATE:
            value = briefing_dates.plain(texts, value)
        end = "." if place == last else ";"
        yield Run(text=texts.own(value) + end, notes=pen.cite([claim["source"]]))


def _claims(texts: Texts, document: dict[str, Any], notes: tuple[int, ...]) -> Iterator[Run]:
    flags = dict.fromkeys(flag for target in document["targets"] for flag in target["flags"])
    if flags:
        said = texts.listed(texts.of("flags", flag) for flag in flags)
        yield Run(text=texts.say("reports", flags=said), notes=notes)
    motive = Motive(document["motive"])
    if motive is not Motive.NOT_ASSESSED:
        yield Run(text=texts.say("motive", motive=label(texts, motive)), notes=notes)
