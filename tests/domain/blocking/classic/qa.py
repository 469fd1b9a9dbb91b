# SPDX-License-Identifier: Apache-2.0
"""The situations of OONI's own web-connectivity quality-assurance suite, retold.

Each has the name of the situation there, and the keys its engine (0.5.28) gives it. The site and
the addresses are the suite's; the measurements are built here from what the suite configures.
"""

from tests.domain.blocking.classic.qa_names import QA_NAMES
from tests.domain.blocking.classic.qa_redirects import QA_REDIRECTS
from tests.domain.blocking.classic.qa_ways import QA_WAYS

QA = (*QA_NAMES, *QA_WAYS, *QA_REDIRECTS)
