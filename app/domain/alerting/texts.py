# SPDX-License-Identifier: Apache-2.0
"""What an alert says: a table of English sentences a person can act on.

A block names its network and its evidence; an outage is never called a block; a failure without an
established cause accuses nobody; a vantage that is offline says nothing about any site.
Never here: addresses of readers or channels, markup, or anything about a source.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.vocabulary import AlertKind, Confidence, Mechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSubject:
    """What an alert is about.

    `name` is the site's address, the vantage's name, or for an event the network's; `place` the
    network as people write it ("Kazakhstan, AS9198"), `since` when the condition began.
    """

    name: str
    place: str
    since: datetime
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    reasons: tuple[str, ...] = ()
    # Of a network event: how many sites it touched, and how many are still blocked at its end.
    count: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """A line for a subject field, and the sentences beneath it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A title and sentences with places for name, place, verb, verbs, count, since and lasted."""

    title: str
    sentences: tuple[str, ...]


FIRING: dict[AlertKind, Wording] = {
    AlertKind.SITE_BLOCKED: Wording(
        "{name} {verb} in {place}",
        (
            "Since {since} {name} {verb} in {place}.",
            "It fails there while it is reached from elsewhere, or a known block page answers.",
        ),
    ),
    AlertKind.SITE_DOWN: Wording(
        "{name} is down",
        (
            "Since {since} {name} fails in {place}, and for the controls elsewhere as well.",
            "This is an outage of the site, not blocking.",
        ),
    ),
    AlertKind.SITE_UNREACHABLE: Wording(
        "{name} cannot be reached from {place}; cause not established",
        (
            "{name} has been failing from {place} for {lasted}, since {since}.",
            "The vantage's own connection is healthy.",
            "The cause is not established, and nobody is accused.",
            "An outage, a fault on the way and interference can all look like this from one side.",
        ),
    ),
    AlertKind.SITE_FLAPPING: Wording(
        "{name} comes and goes in {place}",
        (
            "Since {since} {name} fails and answers by turns in {place}.",
            "Measuring goes on: blocking that comes and goes is a finding.",
            "While it lasts nothing else is sent about this site there, and this at most every few hours.",
        ),
    ),
    AlertKind.NETWORK_EVENT: Wording(
        "{count} sites {verbs} at once in {name}",
        (
            "Since {since} {count} sites {verbs} in {name}: all began to fail within minutes.",
            "They are reached from elsewhere, or known block pages answer.",
            "This is told once for all of them; those that outlast it are told one by one.",
        ),
    ),
    AlertKind.VANTAGE_UNHEALTHY: Wording(
        "Vantage {name} cannot trust its own connection",
        (
            "Since {since} too few of the steady sites answer the vantage {name} in {place}.",
            "What it measures meanwhile is kept, changes no site's state and accuses nobody.",
        ),
    ),
    AlertKind.AGENT_CLOCK: Wording(
        "The clock of agent {name} is wrong",
        (
            "The clock of the agent {name} in {place} is off; seen since {since}.",
            "Its times are corrected on arrival, so nothing is lost; set its clock.",
        ),
    ),
    AlertKind.VANTAGE_OFFLINE: Wording(
        "Vantage {name} is offline",
        (
            "The vantage {name} in {place} has been offline since {since}.",
            "This says nothing about any site.",
            "Until it returns, measurements from there are missing.",
        ),
    ),
}
RESOLVED: dict[AlertKind, Wording] = {
    AlertKind.SITE_BLOCKED: Wording(
        "{name} is reachable again in {place}",
        (
            "{name} answers again in {place}.",
            "The block was seen for {lasted}, since {since}.",
        ),
    ),
    AlertKind.SITE_DOWN: Wording(
        "{name} is up again",
        ("{name} answers again.", "It had been down for {lasted}, since {since}."),
    ),
    AlertKind.SITE_UNREACHABLE: Wording(
        "{name} is reached again from {place}",
        (
            "{name} answers again from {place} after {lasted}.",
            "Why it failed was not established.",
        ),
    ),
    AlertKind.SITE_FLAPPING: Wording(
        "{name} is steady again in {place}",
        ("{name} came and went in {place} for {lasted}, since {since}; it is steady now.",),
    ),
    AlertKind.NETWORK_EVENT: Wording(
        "The blocking of {count} sites at once in {name} is over",
        ("{count} sites became blocked at once in {name}; it lasted {lasted}, since {since}.",),
    ),
    AlertKind.VANTAGE_UNHEALTHY: Wording(
        "Vantage {name} can trust its connection again",
        (
            "Enough steady sites answer the vantage {name} in {place} again, after {lasted}.",
            "Its measurements count again.",
        ),
    ),
    AlertKind.AGENT_CLOCK: Wording(
        "The clock of agent {name} is right again",
        ("The clock of the agent {name} in {place} was off for {lasted}, since {since}.",),
    ),
    AlertKind.VANTAGE_OFFLINE: Wording(
        "Vantage {name} is online again",
        (
            "The vantage {name} in {place} is online again after {lasted}.",
            "What it measured meanwhile is filled in if it kept it; otherwise it stays a gap.",
        ),
    ),
}


def message(
    kind: AlertKind, subject: AlertSubject, *, now: datetime, resolved: bool = False
) -> AlertMessage:
    """Say an alert, or with `resolved` that it is over at `now`."""
    wording = (RESOLVED if resolved else FIRING)[kind]
    is_sure = subject.confidence is Confidence.CONFIRMED
    words = {
        "name": subject.name,
        "place": subject.place,
        "verb": "is blocked" if is_sure else "is probably blocked",
        "verbs": "are blocked" if is_sure else "are probably blocked",
        "count": subject.count,
        "since": f"{subject.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "lasted": duration(now - subject.since),
    }
    sentences = [sentence.format_map(words) for sentence in wording.sentences]
    if not resolved:
        sentences += _evidence(subject)
    elif subject.left:
        sentences.append(f"Still blocked, and told one by one: {subject.left}.")
    return AlertMessage(title=wording.title.format_map(words), text=" ".join(sentences))


def _evidence(subject: AlertSubject) -> list[str]:
    said = []
    if subject.mechanism:
        said.append(f"How: {subject.mechanism.sentence}")
    if subject.confidence:
        said.append(f"Confidence: {subject.confidence.label}. {subject.confidence.sentence}")
    return [*said, *subject.reasons]


def duration(length: timedelta) -> str:
    """Say a length of time in its two largest units: '34 minutes', '2 days 4 hours'."""
    minutes = max(int(length.total_seconds() // 60), 0)
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(said[:2]) or "less than a minute"
