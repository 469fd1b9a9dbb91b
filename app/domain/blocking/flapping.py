# SPDX-License-Identifier: Apache-2.0
"""Whether a site comes and goes: intermittent blocking is a finding, and a reason to send less.

After Nagios: the share of changes among the last rounds, with a higher mark to start than to stop.
"""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from app.domain.blocking.site_state import SiteState
from app.domain.blocking.state_policy import StatePolicy
from app.domain.vocabulary import SiteCondition, VerdictState

# Passing troubles of the way make a site come and go once or twice; this many changes are a pattern.
MANY_TURNS = 6
_ESTABLISHED = frozenset(
    {
        SiteCondition.BLOCKED,
        SiteCondition.DOWN,
        SiteCondition.SERVER_SIDE,
        SiteCondition.INCONCLUSIVE,
    }
)


def note_round(state: SiteState, at: datetime, policy: StatePolicy, *, reached: bool) -> SiteState:
    """Add one round to the history and judge the flag anew."""
    turned = bool(state.history) and state.history[-1] is not reached
    history = (*state.history, reached)[-policy.flap_window :]
    turned_at = (*state.turned_at, at)[-policy.flap_turns :] if turned else state.turned_at
    changes = sum(one is not other for one, other in pairwise(history))
    share = changes / max(policy.flap_window - 1, 1)
    quick = len(turned_at) >= policy.flap_turns and at - turned_at[0] <= policy.flap_period
    return replace(
        state,
        history=history,
        turned_at=turned_at,
        flapping=quick or share >= (policy.flap_off if state.flapping else policy.flap_on),
    )


def is_finding(state: SiteState) -> bool:
    """Whether a site that comes and goes is worth telling: something was established about it.

    Either it was in a bad state since it was last steadily reachable, or it keeps failing against a
    control that reaches it, over many changes.
    """
    if not state.flapping:
        return False
    if state.condition in _ESTABLISHED or state.previous_bad is not None:
        return True
    last = state.recent_failures[-1] if state.recent_failures else None
    is_contradicted = last is not None and last.verdict_state is VerdictState.BLOCKED
    return is_contradicted and _changes(state) >= MANY_TURNS


def tally(state: SiteState) -> str:
    """Say in words how the last rounds went."""
    failed, rounds = state.history.count(False), len(state.history)
    return f"Of the last {rounds} rounds {failed} failed, with {_changes(state)} changes."


def _changes(state: SiteState) -> int:
    return sum(one is not other for one, other in pairwise(state.history))
