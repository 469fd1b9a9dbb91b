# SPDX-License-Identifier: Apache-2.0
"""What one account says of an act beyond its headline, and what a machine suggests about it.

Particulars are the source's own words, put into our terms by a format's table; suggestions are
guesses that name the words which caused them. Neither publishes anything: a person accepts a report,
and then decides which of them hold. Values only.
"""

from dataclasses import dataclass

from app.domain.vocabulary import ActorType, Category, PersonRole, Precision, Sex, TargetKind

Kind = tuple[Category, str | None]
"""A category with its subtype, where the source says one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTarget:
    """Somebody or something an act was aimed at, as the source names it.

    `name` is None where no name is given: `description` then says whom the source means ("Three
    journalists"), and `count` how many, where it says so. `outlet` is where a person worked then.
    """

    kind: TargetKind
    name: str | None = None
    description: str | None = None
    count: int | None = None
    role: PersonRole | None = None
    other_roles: tuple[PersonRole, ...] = ()
    outlet: str | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidActor:
    """Somebody the source holds for the origin of the act, in its words."""

    words: str
    type: ActorType = ActorType.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLink:
    """Another account that the source points at. Stored as text; nothing follows it by itself."""

    url: str
    title: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What an account says in full. `kind_words` are the source's own words for the kinds.

    Latitude and longitude are degrees (WGS 84), both or none. `told` are known fields that have no
    place of their own: pairs of the field's name and its plain text.
    """

    targets: tuple[SaidTarget, ...] = ()
    kinds: tuple[Kind, ...] = ()
    kind_words: tuple[str, ...] = ()
    actors: tuple[SaidActor, ...] = ()
    links: tuple[SaidLink, ...] = ()
    admin1: str | None = None
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision | None = None
    tags: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One guess: what it says (`field`, `value`), how sure (0–1), and the words that caused it.

    `field` is `category` (value "physical_attack" or "physical_attack/injury"), `date` (EDTF),
    `country`, `admin1`, `place`, `language`, `person` or `outlet` (an id on record). `rule` names
    the row of the table that made it.
    """

    field: str
    value: str
    score: float
    words: tuple[str, ...]
    rule: str
