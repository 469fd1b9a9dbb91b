# SPDX-License-Identifier: Apache-2.0
"""The words of measuring: verdicts, mechanisms, vantages, gaps. Sources: OONI for how access fails."""

from app.domain.vocabulary.term import Term


class VerdictState(Term):
    """What one measurement says about a site, seen from one vantage."""

    OK = "ok", "The genuine site was reached."
    BLOCKED = (
        "blocked",
        "It fails here while a healthy control reaches it, or a known block page answered.",
    )
    DOWN = "down", "It fails here and for the controls as well: nobody reaches it."
    SERVER_SIDE = "server_side", "The site itself answered with a challenge or a refusal."
    INSUFFICIENT = (
        "insufficient",
        "The evidence does not allow a statement; it is never read as reachable.",
    )


class Layer(Term):
    """Where on the way to a page something went wrong."""

    DNS = "dns", "Looking up the name."
    TCP = "tcp", "Opening a connection."
    TLS = "tls", "The encrypted handshake."
    HTTP = "http", "Asking for the page."


class Mechanism(Term):
    """How access fails, as far as it can be told from outside."""

    NXDOMAIN = "nxdomain", "The resolver says that the name does not exist."
    BOGON = "bogon", "The resolver answers with an address no public site can have."
    FORGED_ADDRESS = (
        "forged_address",
        "The resolver answers with an address that is not the site's.",
    )
    DNS_FAILURE = "dns_failure", "The resolver refuses, fails or stays silent on this name."
    REFUSED = "refused", "The connection is refused."
    TIMEOUT = "timeout", "Packets get no answer."
    RESET = "reset", "The connection is torn down."
    UNREACHABLE = "unreachable", "The network says that there is no way to the address."
    SNI_RESET = "sni_reset", "The connection is torn down when the site's name is sent."
    SNI_TIMEOUT = "sni_timeout", "The connection falls silent when the site's name is sent."
    TLS_FAILURE = "tls_failure", "The encrypted handshake is broken in another way."
    CERTIFICATE_MITM = (
        "certificate_mitm",
        "Somebody answers with a certificate that is not the site's.",
    )
    BLOCKPAGE = "blockpage", "A known block page is shown instead of the site."
    REDIRECT_BLOCKPAGE = "redirect_blockpage", "The reader is sent on to a known block page."
    HTTP_RESET = "http_reset", "The connection is torn down when the page is asked for."
    HTTP_TIMEOUT = "http_timeout", "No answer comes when the page is asked for."
    HTTP_FAILURE = "http_failure", "The answer to the request is broken in another way."
    CONTENT_DIFFERENCE = "content_difference", "Another page is shown than to the control."
    THROTTLED = "throttled", "The page comes, far slower than for the control."
    CAPTCHA = "captcha", "The site asks the visitor to prove being human."
    FORBIDDEN = "forbidden", "The site refuses the visitor (403 or 503)."
    LEGAL_451 = "legal_451", "The site says that a legal demand stops it from answering (451)."
    GEOBLOCKING = "geoblocking", "The site refuses visitors of this country."


class Confidence(Term):
    """How sure a verdict is."""

    CONFIRMED = (
        "confirmed",
        "A national or ISP fingerprint matched, or two networks of the country agree.",
    )
    LIKELY = "likely", "A healthy control contradicts what was seen here."
    WEAK = "weak", "It rests on little: one control, or one vantage."


class SiteCondition(Term):
    """The standing state of a site in one vantage network, folded from many verdicts."""

    UNKNOWN = "unknown", "Never measured from here."
    REACHABLE = "reachable", "The genuine site is reached."
    SUSPECT = "suspect", "It failed, and quick re-checks are running; nothing is claimed yet."
    BLOCKED = "blocked", "Blocked in this network, by repeated verdicts against a control."
    DOWN = "down", "It fails for the controls too: an outage, not blocking."
    SERVER_SIDE = "server_side", "The site itself refuses or challenges visitors."
    INCONCLUSIVE = "inconclusive", "It keeps failing and no control can say why."
    RECOVERING = "recovering", "It answers again; more successes are needed before it counts."
    STALE = "stale", "No measurement for three intervals: unknown again, never up."


class VantageRole(Term):
    """What a vantage point is for."""

    FIELD = "field", "Measures from inside the network in question."
    CONTROL = "control", "Measures the same from an uncensored network, for comparison."


class Egress(Term):
    """How a vantage's packets leave."""

    LOCAL = "local", "From this machine."
    PROXY = "proxy", "Through a SOCKS5 or HTTP proxy."
    AGENT = "agent", "From a remote agent."
    IMPORTED = "imported", "Measured by others and imported: history, never scheduled."


class VantageHealth(Term):
    """Whether a vantage's own connection can be trusted at present."""

    UNKNOWN = "unknown", "Its canaries were not asked yet."
    HEALTHY = "healthy", "At least two of three canaries answer."
    UNHEALTHY = (
        "unhealthy",
        "Fewer than two of three canaries answer: its rounds change no site's state.",
    )
    OFFLINE = "offline", "No canary answers, or it stopped reporting."


class GapReason(Term):
    """Why nothing was measured for a while. A gap is never read as reachable."""

    VANTAGE_OFFLINE = "vantage_offline", "The vantage had no connection."
    VANTAGE_UNHEALTHY = "vantage_unhealthy", "The vantage's own connection could not be trusted."
    AGENT_AWAY = "agent_away", "The agent sent nothing; what it kept fills the gap when it arrives."
    COLLECTOR_STOPPED = "collector_stopped", "Nothing at all was measured: Qalam did not run."
    ROUND_MISSED = "round_missed", "The round was missed; why was not established."


class Grain(Term):
    """How much time one count of measurements sums up."""

    HOUR = "hour", "One hour, in UTC."
    DAY = "day", "One day, in UTC."


class BlockingLink(Term):
    """How a declared block and our measurements stand to each other."""

    DECLARED_ONLY = "declared_only", "An order or report says so; nothing was measured."
    MEASURED_ONLY = "measured_only", "Measured, and nobody has declared it."
    CORROBORATED = "corroborated", "Declared, and measured while it is in force."
    CONTRADICTED = "contradicted", "Declared, and measured reachable from two networks over a day."
    LIFTED = "lifted", "It was measured and has ended."
