# SPDX-License-Identifier: Apache-2.0
"""The classic keys beside those of OONI's own quality-assurance suite."""

from dataclasses import asdict

import pytest

from app.domain.blocking.classic.keys import classic_keys
from app.domain.blocking.ooni.reading import read_ooni
from tests.domain.blocking.classic.branches_network import NETWORK
from tests.domain.blocking.classic.branches_pages import PAGES
from tests.domain.blocking.classic.qa import QA
from tests.domain.blocking.classic.stories import Story, names


@pytest.mark.parametrize("told", QA, ids=names(QA))
def test_a_situation_of_the_suite_has_the_keys_of_the_suite(told: Story) -> None:
    """All thirteen keys are those which OONI's engine writes."""
    assert asdict(classic_keys(read_ooni(told.measured))) == told.keys


BRANCHES = (*NETWORK, *PAGES)


@pytest.mark.parametrize("told", BRANCHES, ids=names(BRANCHES))
def test_every_branch_ends_as_described(told: Story) -> None:
    """Each branch of the walk, of the comparisons and of the flags has its thirteen keys."""
    assert asdict(classic_keys(read_ooni(told.measured))) == told.keys
