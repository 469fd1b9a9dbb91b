# SPDX-License-Identifier: Apache-2.0
"""The workflow of an incident and what is concluded from its own fields."""

import pytest

from app.domain.record.incident import (
    REASON_REQUIRED,
    TRANSITIONS,
    Action,
    CitationRef,
    advance,
    allowed_actions,
    check_actor,
    check_sources,
    sdg_function,
    severity_level,
    suspect_name_is_public,
)
from app.domain.vocabulary import (
    Category,
    CitationType,
    InvolvementStatus,
    PersonRole,
    WorkflowStatus,
)
from app.errors import Conflict, InvalidInput, NotAllowed

S, A = WorkflowStatus, Action
# Written out by hand, so that a change of the table has to be made twice.
ALLOWED = {
    (S.DRAFT, A.SUBMIT): S.SUBMITTED,
    (S.NEEDS_INFORMATION, A.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, A.TRIAGE): S.TRIAGE,
    (S.SUBMITTED, A.REVIEW): S.UNDER_VERIFICATION,
    (S.TRIAGE, A.REVIEW): S.UNDER_VERIFICATION,
    (S.VERIFIED, A.REVIEW): S.UNDER_VERIFICATION,
    (S.REJECTED, A.REVIEW): S.UNDER_VERIFICATION,
    (S.DUPLICATE, A.REVIEW): S.UNDER_VERIFICATION,
    (S.SUBMITTED, A.REQUEST_INFORMATION): S.NEEDS_INFORMATION,
    (S.TRIAGE, A.REQUEST_INFORMATION): S.NEEDS_INFORMATION,
    (S.UNDER_VERIFICATION, A.REQUEST_INFORMATION): S.NEEDS_INFORMATION,
    (S.VERIFIED, A.REQUEST_INFORMATION): S.NEEDS_INFORMATION,
    (S.UNDER_VERIFICATION, A.VERIFY): S.VERIFIED,
    (S.VERIFIED, A.PUBLISH): S.PUBLISHED,
    (S.SUBMITTED, A.REJECT): S.REJECTED,
    (S.TRIAGE, A.REJECT): S.REJECTED,
    (S.UNDER_VERIFICATION, A.REJECT): S.REJECTED,
    (S.NEEDS_INFORMATION, A.REJECT): S.REJECTED,
    (S.VERIFIED, A.REJECT): S.REJECTED,
    (S.PUBLISHED, A.RETRACT): S.RETRACTED,
    **{
        (status, action): target
        for action, target in ((A.MARK_DUPLICATE, S.DUPLICATE), (A.MERGE, S.MERGED))
        for status in (
            S.DRAFT,
            S.SUBMITTED,
            S.TRIAGE,
            S.UNDER_VERIFICATION,
            S.NEEDS_INFORMATION,
            S.VERIFIED,
            S.PUBLISHED,
        )
    },
}


@pytest.mark.parametrize("status", list(WorkflowStatus))
@pytest.mark.parametrize("action", list(Action))
def test_every_status_and_action_has_its_answer(status: WorkflowStatus, action: Action) -> None:
    """The table gives the next status, or a conflict that says from where it is possible."""
    if (status, action) in ALLOWED:
        assert advance(status, action) is ALLOWED[status, action]
        assert action in allowed_actions(status)
        return
    with pytest.raises(Conflict) as refused:
        advance(status, action)
    assert status.label in refused.value.detail
    assert action not in allowed_actions(status)


def test_nothing_becomes_public_except_from_verified() -> None:
    """Publishing is the only way to `published`, and it starts at `verified`."""
    ways = [(sources, action) for action, (sources, to) in TRANSITIONS.items() if to is S.PUBLISHED]
    assert ways == [(frozenset({S.VERIFIED}), A.PUBLISH)]


def test_retracted_and_merged_are_final() -> None:
    """What was withdrawn or merged takes no further action."""
    assert allowed_actions(S.RETRACTED) == allowed_actions(S.MERGED) == ()


@pytest.mark.parametrize("action", list(Action))
def test_who_changed_it_last_neither_verifies_nor_publishes(action: Action) -> None:
    """The two steps towards the public need a second person for the change; the others do not."""
    check_actor(action, actor="dana", submitter="aizhan", editors={"erlan"})
    if action not in (A.VERIFY, A.PUBLISH):
        check_actor(action, actor="dana", submitter="aizhan", editors={"dana"})
        return
    with pytest.raises(NotAllowed, match="Ask a colleague"):
        check_actor(action, actor="dana", submitter="aizhan", editors={"dana"})


def test_taking_something_away_needs_a_reason() -> None:
    """Rejecting, retracting, merging and sending back say why; going forward need not."""
    assert {A.REJECT, A.RETRACT, A.REQUEST_INFORMATION} <= REASON_REQUIRED
    assert not {A.SUBMIT, A.VERIFY, A.PUBLISH} & REASON_REQUIRED


@pytest.mark.parametrize("action", list(Action))
def test_the_submitter_neither_verifies_nor_publishes(action: Action) -> None:
    """Two persons: only verifying and publishing ask for another than the submitter."""
    check_actor(action, actor="aigerim", submitter="daniyar")
    if action in (A.VERIFY, A.PUBLISH):
        with pytest.raises(NotAllowed, match="somebody other"):
            check_actor(action, actor="daniyar", submitter="daniyar")
    else:
        check_actor(action, actor="daniyar", submitter="daniyar")


def cite(group: str | None = None, *, primary: bool = False) -> CitationRef:
    """Return one source."""
    return CitationRef(independence_group=group, is_primary=primary)


@pytest.mark.parametrize(
    ("citations", "reason"),
    [
        ([cite("a"), cite("b")], None),
        ([cite("a"), cite()], None),
        ([cite(), cite()], None),
        ([cite(primary=True)], "The court's own judgment."),
        ([cite("a", primary=True), cite("a")], "The victim's testimony."),
    ],
)
def test_enough_sources(citations: list[CitationRef], reason: str | None) -> None:
    """Two independent sources, or one primary source with a reason."""
    check_sources(citations, reason)


@pytest.mark.parametrize(
    ("citations", "reason", "pointer"),
    [
        ([], "because", "/sources"),
        ([cite("a")], "because", "/sources"),
        ([cite("a"), cite("a"), cite("a")], None, "/sources"),
        ([cite(primary=True)], None, "/reason"),
        ([cite(primary=True)], "  ", "/reason"),
    ],
)
def test_too_few_sources(citations: list[CitationRef], reason: str | None, pointer: str) -> None:
    """Outlets that repeat one agency are one source, and a primary source needs its reason."""
    with pytest.raises(InvalidInput) as refused:
        check_sources(citations, reason)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ((Category.KILLING, "crossfire"), 1),
        ((Category.ATTEMPTED_KILLING, None), 1),
        ((Category.TORTURE, None), 1),
        ((Category.ENFORCED_DISAPPEARANCE, None), 1),
        ((Category.KIDNAPPING, None), 1),
        ((Category.PHYSICAL_ATTACK, "injury"), 1),
        ((Category.PHYSICAL_ATTACK, "no_injury"), 2),
        ((Category.DETENTION, "imprisonment"), 1),
        ((Category.DETENTION, "arrest"), 2),
        ((Category.OUTLET_MEASURE, "closure"), 2),
        ((Category.CIVIL_SUIT, "defamation"), 2),
    ],
)
def test_severity_follows_the_platform(kind: tuple[Category, str | None], level: int) -> None:
    """Level 1 for the gravest acts, 2 for the rest; one grave kind among several decides."""
    assert severity_level([kind]) == level
    assert severity_level([(Category.EQUIPMENT, "seizure"), kind]) == level


def test_assessments_raise_severity() -> None:
    """A detention assessed as prolonged and a closure assessed as arbitrary are level 1."""
    assert severity_level([(Category.DETENTION, "arrest")], prolonged_detention=True) == 1
    assert severity_level([(Category.OUTLET_MEASURE, "closure")], arbitrary_closure=True) == 1
    assert severity_level([(Category.OUTLET_MEASURE, "suspension")], arbitrary_closure=True) == 2


@pytest.mark.parametrize(
    ("roles", "function"),
    [
        ({PersonRole.JOURNALIST, PersonRole.TRADE_UNIONIST}, "J"),
        ({PersonRole.HUMAN_RIGHTS_DEFENDER, PersonRole.TRADE_UNIONIST}, "T"),
        ({PersonRole.LAWYER}, "H"),
        ({PersonRole.POLITICAL_OPPOSITION}, None),
        (set(), None),
    ],
)
def test_one_sdg_function_per_victim(roles: set[PersonRole], function: str | None) -> None:
    """The first that fits, so that nobody is counted twice; a politician is out of scope."""
    assert sdg_function(roles) == function


@pytest.mark.parametrize("status", list(InvolvementStatus))
@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize("decided", [True, False])
def test_who_may_be_named(status: InvolvementStatus, official: bool, decided: bool) -> None:
    """A court or official source for the charged and convicted, an editor on two sources otherwise."""

    def is_public(*, minor: bool = False, relative: bool = False, sources: int = 2) -> bool:
        return suspect_name_is_public(
            status=status,
            source_types=[CitationType.COURT_DOCUMENT if official else CitationType.NEWS],
            editor_decided=decided,
            independent_published_sources=sources,
            is_minor=minor,
            is_relative=relative,
        )

    accused = status in (InvolvementStatus.CHARGED, InvolvementStatus.CONVICTED)
    freed = status in (InvolvementStatus.ACQUITTED, InvolvementStatus.CLEARED)
    by_court = official and accused
    assert is_public() == (not freed and (by_court or decided))
    assert is_public(sources=1) == (not freed and by_court)
    assert not is_public(minor=True)
    assert not is_public(relative=True)
