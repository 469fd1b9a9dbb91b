# SPDX-License-Identifier: Apache-2.0
"""Whether a site comes and goes: intermittent blocking is a finding, and a reason to send less.

After Nagios: the share of changes among the last rounds, with a higher mark to start than to stop.
"""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from app.domain.blocking.site_state import SiteState
from app.domain.blocking.state_policy import StatePolicy


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
