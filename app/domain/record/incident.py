# SPDX-License-Identifier: Apache-2.0
"""What may happen to an incident: its workflow, who may act, what verification needs.

The workflow is one table. Also the small conclusions drawn from an incident's own fields: the
Council of Europe level, the SDG function of a person, whether a suspect's name may be public.
Never here: storage, keys and roles (a caller's scopes are checked at the doors), or impunity.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.vocabulary import (
    Category,
    CitationType,
    InvolvementStatus,
    PersonRole,
    WorkflowStatus,
)
from app.errors import Conflict, FieldError, InvalidInput, NotAllowed

_S = WorkflowStatus


class Action(StrEnum):
    """What a person may do with an incident; the API spells them with hyphens."""

    SUBMIT = "submit"
    TRIAGE = "triage"
    REVIEW = "review"
    REQUEST_INFORMATION = "request_information"
    VERIFY = "verify"
    PUBLISH = "publish"
    REJECT = "reject"
    MARK_DUPLICATE = "mark_duplicate"
    MERGE = "merge"
    RETRACT = "retract"


_OPEN = (_S.SUBMITTED, _S.TRIAGE, _S.UNDER_VERIFICATION, _S.NEEDS_INFORMATION, _S.VERIFIED)

TRANSITIONS: dict[Action, tuple[frozenset[WorkflowStatus], WorkflowStatus]] = {
    Action.SUBMIT: (frozenset({_S.DRAFT, _S.NEEDS_INFORMATION}), _S.SUBMITTED),
    # A desk that sorts first; the way to verification does not need it.
    Action.TRIAGE: (frozenset({_S.SUBMITTED}), _S.TRIAGE),
    # A rejection or a duplicate mark may be an error; what is verified may need a second look. A merger
    # is undone as a whole instead, with everything that moved.
    Action.REVIEW: (
        frozenset({_S.SUBMITTED, _S.TRIAGE, _S.VERIFIED, _S.REJECTED, _S.DUPLICATE}),
        _S.UNDER_VERIFICATION,
    ),
    Action.REQUEST_INFORMATION: (
        frozenset({_S.SUBMITTED, _S.TRIAGE, _S.UNDER_VERIFICATION, _S.VERIFIED}),
        _S.NEEDS_INFORMATION,
    ),
    Action.VERIFY: (frozenset({_S.UNDER_VERIFICATION}), _S.VERIFIED),
    Action.PUBLISH: (frozenset({_S.VERIFIED}), _S.PUBLISHED),
    Action.REJECT: (frozenset(_OPEN), _S.REJECTED),
    Action.MARK_DUPLICATE: (frozenset({*_OPEN, _S.DRAFT, _S.PUBLISHED}), _S.DUPLICATE),
    Action.MERGE: (frozenset({*_OPEN, _S.DRAFT, _S.PUBLISHED}), _S.MERGED),
    # Only what was public can be withdrawn; the rest is rejected.
    Action.RETRACT: (frozenset({_S.PUBLISHED}), _S.RETRACTED),
}

REASON_REQUIRED = frozenset(
    {Action.REQUEST_INFORMATION, Action.REJECT, Action.RETRACT, Action.MARK_DUPLICATE, Action.MERGE}
)
SECOND_PERSON = {
    Action.VERIFY: "An incident is verified by somebody other than its submitter.",
    Action.PUBLISH: "An incident is published by somebody other than its submitter.",
}


def advance(status: WorkflowStatus, action: Action) -> WorkflowStatus:
    """Return the status after an action; raise Conflict where the present one does not admit it."""
    sources, target = TRANSITIONS[action]
    if status not in sources:
        allowed = ", ".join(state.label for state in WorkflowStatus if state in sources)
        doing = action.value.replace("_", " ")
        raise Conflict(
            f"An incident that is {status.label} does not take the action '{doing}'; "
            f"it is possible from: {allowed}."
        )
    return target


def allowed_actions(status: WorkflowStatus) -> tuple[Action, ...]:
    """Return the actions the status admits, in the order of the workflow."""
    return tuple(action for action, (sources, _) in TRANSITIONS.items() if status in sources)


def check_actor(
    action: Action, *, actor: str, submitter: str, editors: Collection[str] = ()
) -> None:
    """Hold the two-person rule; all are the stable id of a person, not of one of their keys.

    `editors` are all who changed the incident since it was last verified: what any of them wrote
    may still stand there, whoever changed it after them.
    """
    if action not in SECOND_PERSON:
        return
    if actor == submitter:
        raise NotAllowed(f"{SECOND_PERSON[action]} Ask a colleague.")
    if actor in editors:
        raise NotAllowed(
            "Changes to an incident are verified by somebody other than who made them. "
            "Ask a colleague."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationRef:
    """One source of an incident, as far as independence goes.

    Citations with the same group are one source (five outlets repeating an agency); `None` stands
    alone. Primary means first-hand: a court document, the victim, a witness, our own measurement.
    """

    independence_group: str | None
    is_primary: bool


def check_sources(citations: Sequence[CitationRef], reason: str | None) -> None:
    """Require two independent sources, or one primary source with a stated reason."""
    if independent_sources(citations) >= 2:
        return
    is_primary = any(citation.is_primary for citation in citations)
    if is_primary and reason and reason.strip():
        return
    if is_primary:
        raise _lacking("/reason", "One primary source is enough only with a reason; state it.")
    raise _lacking(
        "/sources",
        "Verification needs two independent sources, or one primary source with a reason; "
        "several that repeat one origin count once.",
    )


def independent_sources(citations: Iterable[CitationRef]) -> int:
    """Count sources, taking those of one independence group as one."""
    groups = [citation.independence_group for citation in citations]
    return len({group for group in groups if group}) + sum(1 for group in groups if not group)


def _lacking(pointer: str, sentence: str) -> InvalidInput:
    error = FieldError(pointer=pointer, code="sources_insufficient", message=sentence)
    return InvalidInput(sentence, errors=(error,))


_SEVERE = frozenset(
    {
        Category.KILLING,
        Category.ATTEMPTED_KILLING,
        Category.TORTURE,
        Category.ENFORCED_DISAPPEARANCE,
        Category.KIDNAPPING,
    }
)
_SEVERE_KINDS = frozenset(
    {
        (Category.PHYSICAL_ATTACK, "injury"),
        (Category.PHYSICAL_ATTACK, "sexual_violence"),
        (Category.DETENTION, "imprisonment"),
    }
)


def severity_level(
    kinds: Iterable[tuple[Category, str | None]],
    *,
    prolonged_detention: bool = False,
    arbitrary_closure: bool = False,
) -> int:
    """Return 1 (most severe and damaging) or 2, as the Council of Europe platform divides them.

    `kinds` are (category, subtype) pairs. A closure is level 1 only where somebody assessed it as
    arbitrary, and a detention without imprisonment only where it was prolonged.
    """
    for category, subtype in kinds:
        if category in _SEVERE or (category, subtype) in _SEVERE_KINDS:
            return 1
        if category is Category.DETENTION and prolonged_detention:
            return 1
        if (category, subtype) == (Category.OUTLET_MEASURE, "closure") and arbitrary_closure:
            return 1
    return 2


_SDG_FUNCTIONS: tuple[tuple[str, frozenset[PersonRole]], ...] = (
    (
        "J",
        frozenset(
            {
                PersonRole.JOURNALIST,
                PersonRole.EDITOR,
                PersonRole.PHOTOJOURNALIST,
                PersonRole.MEDIA_WORKER,
                PersonRole.BLOGGER_CITIZEN_JOURNALIST,
            }
        ),
    ),
    ("T", frozenset({PersonRole.TRADE_UNIONIST})),
    ("H", frozenset({PersonRole.HUMAN_RIGHTS_DEFENDER, PersonRole.LAWYER})),
)


def sdg_function(roles: Collection[PersonRole]) -> str | None:
    """Return the one SDG 16.10.1 function of a victim: J, T or H, the first that fits, or None."""
    return next((code for code, family in _SDG_FUNCTIONS if family & set(roles)), None)


_COURT_OR_OFFICIAL = frozenset({CitationType.COURT_DOCUMENT, CitationType.OFFICIAL_STATEMENT})
_ACCUSED = frozenset({InvolvementStatus.CHARGED, InvolvementStatus.CONVICTED})
_FREED = frozenset({InvolvementStatus.ACQUITTED, InvolvementStatus.CLEARED})


def suspect_name_is_public(
    *,
    status: InvolvementStatus,
    source_types: Collection[CitationType],
    editor_decided: bool,
    independent_published_sources: int,
    is_minor: bool,
    is_relative: bool,
) -> bool:
    """Whether a suspect's name may be shown to everybody.

    A court or official source says charged or convicted, or an editor decided so on two independent
    published sources. Never a minor, a relative, or somebody acquitted or cleared.
    """
    if is_minor or is_relative or status in _FREED:
        return False
    if status in _ACCUSED and _COURT_OR_OFFICIAL & set(source_types):
        return True
    return editor_decided and independent_published_sources >= 2
