# SPDX-License-Identifier: Apache-2.0
"""The numbers of watching: set by nobody, they are the policies' own; set wrongly, they say so."""

import json
import re
from pathlib import Path

import pytest

from app.domain.alerting.alert import AlertPolicy
from app.domain.blocking.network_event import EventPolicy
from app.errors import WrongSettings
from app.policies import alert_policy, event_policy, watch_policy
from app.rhythm import Rhythm
from app.services.monitoring import WatchPolicy
from app.settings import Settings, load_settings

CONFIGURATION = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"


def test_without_settings_the_policies_are_their_own_defaults() -> None:
    """No default is written twice in two ways."""
    settings = Settings(_env_file=None)
    assert watch_policy(settings) == WatchPolicy()
    assert alert_policy(settings) == AlertPolicy()
    assert event_policy(settings) == EventPolicy()


def test_the_documentation_states_each_default() -> None:
    """What docs/configuration.md says a number is without being set is what it is."""
    rows = dict(
        re.findall(
            r"^\| `QALAM_([A-Z_]+)` \| `([^`]*)` \|",
            CONFIGURATION.read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    )
    for name, field in Rhythm.model_fields.items():
        value = list(field.default) if isinstance(field.default, tuple) else field.default
        assert json.loads(rows[name.upper()]) == value, name


def test_every_number_reaches_its_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting, moved a little, changes what the workers go by."""
    plain = Settings(_env_file=None)
    for name in Rhythm.model_fields:
        if name == "tick_seconds":
            continue
        value = getattr(plain, name)
        moved = (7.0, 8.0) if name == "recheck_seconds" else value + (1 if value >= 1 else 0.01)
        beside = {"suspect_failures": 4} if name.startswith("same_") else {}
        other = load_settings(_env_file=None, **{name: moved, **beside})
        before = (watch_policy(plain), alert_policy(plain), event_policy(plain))
        assert (watch_policy(other), alert_policy(other), event_policy(other)) != before, name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"suspect_failures": 6}, "QALAM_LONE_FAILURES must not be below"),
        ({"resolver": "x"}, r"^QALAM_RESOLVER: write an address, such as 9\.9\.9\.9 or"),
        ({"suspect_span_seconds": 700}, "QALAM_LONE_SPAN_SECONDS must not be below"),
        ({"same_class_failures": 4}, "more failures would have to agree than are looked at"),
        ({"flap_off_share": 0.3}, "QALAM_FLAP_OFF_SHARE must be below"),
        ({"flap_turns": 21}, "QALAM_FLAP_TURNS must be below"),
        ({"event_least_sites": 6}, "QALAM_EVENT_LEAST_SITES must not be above"),
        ({"digest_seconds": 90000}, "QALAM_DIGEST_SECONDS must not be above"),
        ({"suspect_failures": 1}, "QALAM_SUSPECT_FAILURES: Input should be greater"),
    ],
)
def test_numbers_that_do_not_fit_together_stop_the_start(
    wrong: dict[str, float | str], said: str
) -> None:
    """With a sentence that names the settings and says why."""
    with pytest.raises(WrongSettings, match=said):
        load_settings(_env_file=None, **wrong)
