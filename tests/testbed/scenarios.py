# SPDX-License-Identifier: Apache-2.0
"""Every situation a prober can meet, as a story with a name, a right verdict and OONI's keys."""

from tests.testbed.scenario import CLEARTEXT, COUNTRY, HOST, SECURE, Expected, Scenario
from tests.testbed.stories_connections import CONNECTIONS
from tests.testbed.stories_names import NAMES
from tests.testbed.stories_pages import PAGES
from tests.testbed.stories_refusals import REFUSALS

__all__ = ["CLEARTEXT", "COUNTRY", "HOST", "SCENARIOS", "SECURE", "Expected", "Scenario"]

SCENARIOS: tuple[Scenario, ...] = (*NAMES, *CONNECTIONS, *PAGES, *REFUSALS)
