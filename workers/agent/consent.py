# SPDX-License-Identifier: Apache-2.0
"""Nothing is sent before the owner of the machine has read on the risk and said yes.

The text itself is `app.domain.agents.consent`, so that the collector knows its version as well.
"""

from collections.abc import Callable
from datetime import datetime

from app.domain.agents import consent
from app.domain.agents.protocol import Consent


class NotAccepted(Exception):
    """When the text was not accepted: `why` is a sentence for the person who starts the agent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def given(
    known: Consent | None,
    *,
    accepted_version: str,
    ask: Callable[[str], str] | None,
    now: datetime,
) -> Consent:
    """Return the consent to the text in force, asking for it where it is not there yet.

    `accepted_version` is what was written at the start for an unattended set-up ("" for nothing);
    `ask` shows a text and returns what the person answered, and is None where nobody can answer.
    """
    if known is not None and known.version == consent.VERSION:
        return known
    if accepted_version:
        if accepted_version != consent.VERSION:
            raise NotAccepted(
                f"the text on risk is now version {consent.VERSION}, not the one that was accepted: "
                f"read it with `qalam agent --show-risk`, then --accept-risk {consent.VERSION}."
            )
        return Consent(version=consent.VERSION, accepted_at=now)
    if ask is None:
        raise NotAccepted(
            "nobody is here to read the text on risk: read it with `qalam agent --show-risk`, then "
            f"start with --accept-risk {consent.VERSION}."
        )
    if ask(consent.text()).strip().lower() != "yes":
        raise NotAccepted("not accepted, so nothing was sent.")
    return Consent(version=consent.VERSION, accepted_at=now)
