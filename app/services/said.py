# SPDX-License-Identifier: Apache-2.0
"""What a source says of an act, put into the shapes a person would hand in: whom, by whom, whence.

Nobody is found by name here, and no name is invented: whoever has none is described as the source does.
"""

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from app.domain.record.particulars import SaidActor, SaidLink, SaidTarget
from app.domain.vocabulary import ActorType, CitationType, CrimeRole, TargetKind
from app.services.drafts import (
    CitationDraft,
    InvolvementDraft,
    OutletDraft,
    PersonDraft,
    TargetDraft,
)
from app.services.outlet_names import OutletNames

MAX_LINKS = 20
MAX_TARGETS = 100
_MAX_WORDS = 300


def target_drafts(
    said: Sequence[SaidTarget], *, country: str, outlets: OutletNames
) -> list[TargetDraft]:
    """Return the targets of an act; a row that names one of them twice means it once."""
    return [
        target_draft(one, country=country, outlets=outlets)
        for one in list(dict.fromkeys(said))[:MAX_TARGETS]
    ]


def target_draft(said: SaidTarget, *, country: str, outlets: OutletNames) -> TargetDraft:
    """Return one target; an outlet is one on record where exactly one has its name and country."""
    if said.kind is TargetKind.OUTLET and said.name and not outlets.is_shared(said.name, country):
        known = outlets.find(said.name, country)
        made = None if known else OutletDraft(name=said.name, country=country)
        return TargetDraft(
            kind=TargetKind.OUTLET, outlet_id=known, outlet=made, description=said.description
        )
    employer = outlets.find(said.outlet, country) if said.outlet else None
    is_person = said.kind is TargetKind.PERSON
    is_named = is_person and said.name is not None
    # The words stay where no outlet of the record stands for them.
    words = [said.description, said.outlet if employer is None else None]
    if not is_named:
        words.insert(0, said.name)
    described = "; ".join(one for one in words if one)[:_MAX_WORDS] or None
    return TargetDraft(
        kind=TargetKind.PERSON if is_named else TargetKind.GROUP,
        person=PersonDraft(name=said.name) if is_named and said.name else None,
        employer_outlet_id=employer,
        description=described or (None if is_named else "Somebody the source does not name"),
        count=None if is_named else said.count or (1 if is_person else None),
        primary_role=said.role,
        other_roles=list(said.other_roles),
        sex=said.sex,
    )


def outlet_names(said: Sequence[SaidTarget]) -> list[str]:
    """Return every outlet that targets name, be it aimed at or worked for, once each."""
    aimed_at = [one.name for one in said if one.kind is TargetKind.OUTLET]
    return list(dict.fromkeys(one for one in [*aimed_at, *(one.outlet for one in said)] if one))


def unidentified(
    words: str, actor_type: ActorType, *, by: str, present: InvolvementDraft | None = None
) -> InvolvementDraft:
    """Return the slot of somebody whom a source holds for the origin: nobody is identified by it."""
    return InvolvementDraft(
        id=present.id if present is not None else None,
        crime_role=CrimeRole.EXECUTOR,
        description=f"{words} (suspected, says {by})",
        actor_type=actor_type,
    )


def one_actor(actors: Sequence[SaidActor]) -> SaidActor | None:
    """Return all suspected origins as one: they are alternatives, not a list of people."""
    if not actors:
        return None
    types = {one.type for one in actors}
    words = " / ".join(dict.fromkeys(one.words for one in actors))[:_MAX_WORDS]
    return SaidActor(words=words, type=types.pop() if len(types) == 1 else ActorType.UNKNOWN)


def link_citations(links: Sequence[SaidLink], *, cited: Collection[str]) -> list[CitationDraft]:
    """Return the accounts a source points at as sources, the first few; `cited` are there already.

    Nobody has read them here, so no day of retrieval is said; pages of one publisher are one source.
    """
    wanted = {one.url: one for one in reversed(links) if one.url not in cited}
    return [
        CitationDraft(
            type=CitationType.NEWS,
            title=one.title or one.publisher or _host(one.url),
            url=one.url,
            publisher=one.publisher or _host(one.url),
        )
        for one in list(reversed(wanted.values()))[:MAX_LINKS]
    ]


def publisher_of(url: str | None, otherwise: str) -> str:
    """Return whose page an address is: its host, or another name where there is no address."""
    return (_host(url) if url else "") or otherwise


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return url[:_MAX_WORDS]
    return host.removeprefix("www.")
