# SPDX-License-Identifier: Apache-2.0
"""Who may do what: roles, permissions, and which role holds which."""

from app.domain.vocabulary.term import Term


class Role(Term):
    """What the holder of a key may do."""

    PARTNER = "partner", "Reads what partners may see."
    MONITOR = "monitor", "Submits incidents and reads its own."
    EDITOR = "editor", "Edits, verifies and publishes what others submitted."
    VERIFIER = "verifier", "Verifies what others submitted."
    ADMIN = "admin", "Manages keys, sources, sites and channels."
    AUDITOR = "auditor", "Reads the ledger."
    AGENT = "agent", "Hands in measurements."


class Scope(Term):
    """One permission of a key."""

    INCIDENTS_READ = "incidents:read", "Read unpublished incidents its role may see."
    INCIDENTS_WRITE = "incidents:write", "Create and edit incidents."
    INCIDENTS_VERIFY = "incidents:verify", "Verify incidents of others."
    INCIDENTS_PUBLISH = "incidents:publish", "Publish verified incidents of others."
    CASES_WRITE = "cases:write", "Add cases and facts."
    SITES_WRITE = "sites:write", "Manage sites and vantages."
    MEASUREMENTS_WRITE = "measurements:write", "Hand in measurements."
    REPORTS_WRITE = "reports:write", "Decide on reports and manage intake sources."
    ALERTS_WRITE = "alerts:write", "Acknowledge alerts and manage subscriptions."
    KEYS_WRITE = "keys:write", "Create and revoke keys."


ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.PARTNER: frozenset(),
    Role.MONITOR: frozenset(
        {
            Scope.INCIDENTS_READ,
            Scope.INCIDENTS_WRITE,
            Scope.CASES_WRITE,
            Scope.REPORTS_WRITE,
        }
    ),
    Role.EDITOR: frozenset(
        {
            Scope.INCIDENTS_READ,
            Scope.INCIDENTS_WRITE,
            Scope.INCIDENTS_VERIFY,
            Scope.INCIDENTS_PUBLISH,
            Scope.CASES_WRITE,
            Scope.REPORTS_WRITE,
            Scope.ALERTS_WRITE,
        }
    ),
    Role.VERIFIER: frozenset({Scope.INCIDENTS_READ, Scope.INCIDENTS_VERIFY}),
    Role.ADMIN: frozenset(Scope),
    Role.AUDITOR: frozenset(),
    Role.AGENT: frozenset({Scope.MEASUREMENTS_WRITE}),
}
"""What each role may do. A key's own scopes may only narrow this."""
