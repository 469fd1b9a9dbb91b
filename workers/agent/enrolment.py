# SPDX-License-Identifier: Apache-2.0
"""A one-time token becomes a key and an identity. Only after consent, and only once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import __version__
from app.domain.agents.consent import CATEGORY_CODES, MEASURED_CATEGORIES
from app.domain.agents.protocol import PROTOCOL, Consent, Enrolment
from app.errors import QalamError, WrongSettings
from workers.agent.identity import Identity, digest
from workers.agent.uplink import KeyRefused, NotTaken, Uplink, UplinkError


class NotEnrolled(QalamError):
    """When the collector gave no identity; `detail` says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What the owner said at this start about categories; silence changes nothing."""

    refuse: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def over(self, before: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return every category this machine leaves alone: all but the usual ones, as it was said."""
        refuse, also = _codes(self.refuse), _codes(self.also)
        if unknown := sorted((refuse | also) - frozenset(CATEGORY_CODES)):
            # A slip of the pen must not send this machine where its owner said it shall not go.
            raise WrongSettings(
                f"{', '.join(unknown)}: there is no such category; there are {', '.join(CATEGORY_CODES)}"
            )
        if before is not None and not refuse and not also:
            return before
        allowed = (MEASURED_CATEGORIES | also) - refuse
        return tuple(sorted(frozenset(CATEGORY_CODES) - allowed))


def _codes(given: Iterable[str]) -> frozenset[str]:
    return frozenset(
        code.strip().upper() for one in given for code in one.split(",") if code.strip()
    )


async def enrol(
    uplink: Uplink,
    *,
    servers: tuple[str, ...],
    token: str,
    consent: Consent,
    refused: tuple[str, ...],
    now: datetime,
) -> Identity:
    """Make a key pair, hand in its public half with the token, and return who we are now."""
    key = Ed25519PrivateKey.generate()
    asked = Enrolment(
        token=token,
        public_key=key.public_key().public_bytes_raw(),
        software=f"qalam-agent {__version__}",
        consent=consent,
        refused_categories=refused,
    )
    try:
        got = await uplink.enrol(asked, now=now)
    except (KeyRefused, NotTaken) as error:
        raise NotEnrolled(f"the collector did not enrol this machine: {error.detail}") from None
    except UplinkError as error:
        raise NotEnrolled(
            f"the collector was not reached: {error.detail}. Try again; if the token was used up, "
            "ask for a new one."
        ) from None
    if got.protocol != PROTOCOL:
        raise NotEnrolled("the collector speaks another protocol: use another version of Qalam")
    return Identity(
        agent=got.agent,
        vantage=got.vantage,
        role=got.role,
        country=got.country,
        key=got.key,
        signing_key=key.private_bytes_raw(),
        servers=servers,
        consent=consent,
        refused_categories=refused,
        token_sha256=digest(token),
        enrolled_at=now,
        protocol=got.protocol,
    )
