# SPDX-License-Identifier: Apache-2.0
"""The words of alerts and of their delivery."""

from app.domain.vocabulary.term import Term


class AlertKind(Term):
    """What an alert is about."""

    SITE_BLOCKED = "site.blocked", "A site became blocked in a network."
    SITE_DOWN = "site.down", "A site went down for everybody."
    SITE_UNREACHABLE = (
        "site.unreachable",
        "A site keeps failing from a healthy vantage; the cause is not established.",
    )
    SITE_FLAPPING = (
        "site.flapping",
        "A site comes and goes in a network; it is told once, and then at most every four hours.",
    )
    NETWORK_EVENT = (
        "network.event",
        "Many sites became blocked in one network at once; it is told once for all of them.",
    )
    VANTAGE_OFFLINE = "vantage.offline", "A vantage point is offline; it accuses no site."
    VANTAGE_UNHEALTHY = (
        "vantage.unhealthy",
        "A vantage's own connection cannot be trusted: what it measures changes no site's state.",
    )
    AGENT_CLOCK = "agent.clock", "An agent's clock is wrong; its times are corrected on arrival."
    EVIDENCE_DAMAGED = (
        "evidence.damaged",
        "A file of evidence is missing or not what arrived; it is told once for each file.",
    )
    DEADLINE_DUE = (
        "deadline.due",
        "The deadline of a recommendation or of a question to a State is near, or has passed.",
    )


class AlertState(Term):
    """Where an alert stands."""

    PENDING = "pending", "Seen, and waiting for its grouping time."
    FIRING = "firing", "People are told."
    ACKED = "acked", "Somebody has taken it on; reminders stop."
    RESOLVED = "resolved", "It is over."


class Severity(Term):
    """How urgent an alert is."""

    CRITICAL = "critical", "Look now."
    WARNING = "warning", "Look today."
    INFO = "info", "For the record."


class ChannelKind(Term):
    """Where alerts are sent."""

    CONSOLE = "console", "Printed where Qalam runs."
    WEBHOOK = "webhook", "Posted to an address, signed after Standard Webhooks."


class DeliveryState(Term):
    """Where one message to one channel stands."""

    QUEUED = "queued", "Waiting for its first attempt."
    LEASED = "leased", "A worker is sending it."
    RETRY_WAIT = "retry_wait", "Failed, and waiting for the next attempt."
    DELIVERED = "delivered", "The receiver took it."
    DEAD = "dead", "Given up; it can be replayed."
    CANCELLED = "cancelled", "The channel was disabled."
