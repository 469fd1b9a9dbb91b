# SPDX-License-Identifier: Apache-2.0
"""What ACLED's words mean in ours; a kind of ours only where journalists are whom an act was aimed at.

ACLED names journalists as actors ("Journalists (Country)"), on the side that acted or that was acted
upon. Which of several people died its rows do not say, so that a death is read as a journalist's only
where an attack was on journalists alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.intake import text
from app.domain.intake.item import MAX_LEFTOVER, country_code
from app.domain.intake.names import MAX_NAME
from app.domain.record.crosswalks import folded
from app.domain.record.particulars import Kind, SaidActor, SaidTarget
from app.domain.vocabulary import ActorType, Category, PersonRole, TargetKind

_JOURNALISTS = re.compile(r"journalists?\b(?:\s*\([^()]*\))?", re.IGNORECASE)
_STATE, _REBELS, _MILITIA, _COMMUNAL, _RIOTERS, _PROTESTERS, _CIVILIANS, _OTHERS = map(
    str, range(1, 9)
)
# Both the numbers and the words that replaced them.
_SIDES = {
    "state forces": _STATE,
    "rebel group": _REBELS,
    "rebel groups": _REBELS,
    "political militia": _MILITIA,
    "political militias": _MILITIA,
    "identity militia": _COMMUNAL,
    "identity militias": _COMMUNAL,
    "rioters": _RIOTERS,
    "protesters": _PROTESTERS,
    "civilians": _CIVILIANS,
    "external other forces": _OTHERS,
}
_TYPES = {
    _REBELS: ActorType.ARMED_GROUP,
    _MILITIA: ActorType.ARMED_GROUP,
    _COMMUNAL: ActorType.ARMED_GROUP,
    _RIOTERS: ActorType.MOB,
    _CIVILIANS: ActorType.PRIVATE_INDIVIDUAL,
}
_KINDS: Mapping[str, Kind] = {
    "attack": (Category.PHYSICAL_ATTACK, None),
    "mob violence": (Category.PHYSICAL_ATTACK, None),
    "excessive force against protesters": (Category.PHYSICAL_ATTACK, None),
    "sexual violence": (Category.PHYSICAL_ATTACK, "sexual_violence"),
    "arrests": (Category.DETENTION, "arrest"),
}
_ABDUCTION = "abduction forced disappearance"
# Weapons that strike whoever is there: an attack on journalists only where civilians were their aim.
_STRIKES = frozenset(
    {
        "air drone strike",
        "shelling artillery missile attack",
        "remote explosive landmine ied",
        "suicide bomb",
        "grenade",
        "armed clash",
    }
)
_COUNTRIES = {
    "democratic republic of congo": "CD",
    "republic of congo": "CG",
    "ivory coast": "CI",
    "turkey": "TR",
    "czech republic": "CZ",
    "bosnia and herzegovina": "BA",
    "north macedonia": "MK",
    "palestine": "PS",
    "eswatini": "SZ",
    "cape verde": "CV",
    "east timor": "TL",
    "united kingdom": "GB",
    "united states": "US",
    "myanmar": "MM",
    "south korea": "KR",
    "north korea": "KP",
    "syria": "SY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Of one row what tells its kind, targets and actors."""

    type: str
    subtype: str
    actor1: str
    actor2: str
    associated1: str
    associated2: str
    side1: str
    is_civilian_targeting: bool
    fatalities: int

    @classmethod
    def of(cls, said: Mapping[str, str | None]) -> "Event":
        """Return it of the fields of a row."""

        def plain(name: str) -> str:
            return text.plain(said.get(name) or "", limit=MAX_LEFTOVER, one_line=True)

        side, deaths = plain("inter1"), plain("fatalities")
        return cls(
            type=plain("event_type"),
            subtype=plain("sub_event_type"),
            actor1=plain("actor1"),
            actor2=plain("actor2"),
            associated1=plain("assoc_actor_1"),
            associated2=plain("assoc_actor_2"),
            side1=_SIDES.get(folded(side), side),
            is_civilian_targeting=folded(plain("civilian_targeting")) == "civilian targeting",
            fatalities=int(deaths) if deaths.isascii() and deaths.isdigit() else 0,
        )

    @property
    def journalists(self) -> str | None:
        """The words by which the row names journalists on the side that was acted upon."""
        found = _JOURNALISTS.search(f"{self.associated2}; {self.actor2}")
        # Protesters and the attacked stand as the first side where a row has only one.
        if found is None and not self.actor2 and self.is_civilian_targeting:
            found = _JOURNALISTS.search(f"{self.associated1}; {self.actor1}")
        return found[0] if found else None

    @property
    def is_of_journalists_alone(self) -> bool:
        """Whether nobody else is named beside them."""
        return bool(_JOURNALISTS.fullmatch(self.associated2.strip("; ") or self.actor2))


def kinds(event: Event) -> tuple[Kind, ...]:
    """Return the kinds of ours that an event is; none where it was not against journalists."""
    if event.journalists is None:
        return ()
    word = folded(event.subtype)
    if word == _ABDUCTION:
        return _abduction(event)
    if word in _STRIKES:
        return ((Category.PHYSICAL_ATTACK, None),) if event.is_civilian_targeting else ()
    found = _KINDS.get(word)
    if found is None:
        return ()
    is_death = word == "attack" and event.fatalities > 0 and event.is_of_journalists_alone
    return ((Category.KILLING, "unknown"), found) if is_death else (found,)


def _abduction(event: Event) -> tuple[Kind, ...]:
    if event.side1 == _STATE:
        return ((Category.ENFORCED_DISAPPEARANCE, None),)
    is_known = bool(event.side1) and event.side1 != _OTHERS
    return ((Category.KIDNAPPING, None),) if is_known else ()


def targets(event: Event) -> tuple[SaidTarget, ...]:
    """Return the journalists whom a row names, who are never named by name."""
    if event.journalists is None:
        return ()
    return (
        SaidTarget(
            kind=TargetKind.GROUP,
            description=event.journalists[:MAX_NAME],
            role=PersonRole.JOURNALIST,
        ),
    )


def actors(event: Event) -> tuple[SaidActor, ...]:
    """Return who acted, where journalists were acted upon and somebody is named."""
    is_nobody = not event.actor1 or "unidentified" in folded(event.actor1)
    if event.journalists is None or not event.actor2 or is_nobody:
        return ()
    return (SaidActor(words=event.actor1[:MAX_NAME], type=_type(event)),)


def _type(event: Event) -> ActorType:
    words = folded(event.actor1)
    if event.side1 == _STATE:
        if "police" in words:
            return ActorType.POLICE
        return ActorType.MILITARY if "military" in words else ActorType.UNKNOWN
    if "private security" in words:
        return ActorType.PRIVATE_SECURITY
    return _TYPES.get(event.side1, ActorType.UNKNOWN)


def country(said: str | None) -> str | None:
    """Return the code of a country as ACLED writes it; what is not known stays as it is."""
    return country_code(said) or _COUNTRIES.get(folded(said or ""), said)
