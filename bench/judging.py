# SPDX-License-Identifier: Apache-2.0
"""Verdicts per CPU-second: our own, and OONI's classic keys, over every situation the tests know.

There is no peer that judges; the yardstick beside them is the standard library's JSON, written and
read, of one of the same measurements, so that figures of two machines can be compared at all.
"""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from app.domain.blocking.classic.keys import classic_keys
from app.domain.blocking.ooni.reading import read_ooni
from bench.clock import machine
from bench.table import Row, Table
from tests.domain.blocking.cases import CASES
from tests.domain.blocking.cases_blocked import BLOCKED_CASES
from tests.domain.blocking.classic.qa import QA

YARDSTICK = "JSON of one measurement there and back"
_ROUNDS = {"quick": 15, "full": 51}
_ROUND_SECONDS = 0.1


def tables(scale: str) -> list[Table]:
    """Judge everything again and again, a tenth of a second at a time."""
    plain = msgspec.to_builtins(CASES[0].seen)
    works: dict[str, Sequence[Callable[[], object]]] = {
        YARDSTICK: [lambda: json.loads(json.dumps(plain))],
        "our verdict": [case.judged for case in (*CASES, *BLOCKED_CASES)],
        "OONI's classic keys": [partial(classic_keys, read_ooni(told.measured)) for told in QA],
        "the same, from JSON": [partial(_read_and_judge, told.measured) for told in QA],
    }
    figures: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(_ROUNDS[scale] + 1):
        for name, work in works.items():
            figure = _per_second(work)
            if turn > 0:  # the first is a warm-up
                figures[name].append(figure)
    rows = tuple(Row(name=name, figures=tuple(some)) for name, some in figures.items())
    situations = f"{len(CASES) + len(BLOCKED_CASES)} situations, {len(QA)} stories of OONI's suite"
    return [
        Table(
            title="Verdicts per CPU-second",
            unit="a CPU-second",
            better="more",
            peer=YARDSTICK,
            rows=rows,
            notes=(f"{machine()}; one process.", f"{_ROUNDS[scale]} rounds; {situations}."),
        )
    ]


def _per_second(work: Sequence[Callable[[], object]]) -> float:
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < _ROUND_SECONDS:
        for one in work:
            one()
        done += len(work)
    return done / spent


def _read_and_judge(measured: object) -> object:
    return classic_keys(read_ooni(measured))
