# SPDX-License-Identifier: Apache-2.0
"""The words of an outlet's three histories, and of the decisions that change them."""

from app.domain.vocabulary.term import Term


class OutletAxis(Term):
    """The three independent histories of an outlet."""

    PUBLICATION = "publication", "Whether it may and does publish."
    REACHABILITY = "reachability", "Whether readers reach it."
    BASE = "base", "Where it works from."


class Publication(Term):
    """Whether an outlet publishes."""

    OPERATING = "operating", "It publishes."
    SUSPENDED = "suspended", "It is stopped for a time."
    CLOSED = "closed", "Closed; by which authority is not stated."
    CLOSED_BY_COURT = "closed_by_court", "Closed by a court."
    CLOSED_BY_REGULATOR = "closed_by_regulator", "Closed by taking its licence or registration."
    CLOSED_BY_OWNER = "closed_by_owner", "Closed by its owner."
    SEIZED = "seized", "Its ownership was taken."
    CEASED_UNKNOWN = "ceased_unknown", "It stopped; why is not known."
    UNKNOWN = "unknown", "Not known."


class Reachability(Term):
    """Whether readers reach an outlet online."""

    REACHABLE = "reachable", "Measured reachable."
    BLOCKED_DECLARED = "blocked_declared", "Declared blocked; not measured so."
    BLOCKED_MEASURED = "blocked_measured", "Measured blocked; nobody declared it."
    BLOCKED_BOTH = "blocked_both", "Declared and measured blocked."
    INTERMITTENTLY_BLOCKED = "intermittently_blocked", "Blocked at times."
    UNDER_ATTACK = "under_attack", "Attacked by traffic or intrusion."
    UNKNOWN = "unknown", "Not measured and not declared."


class Base(Term):
    """Where an outlet works from."""

    IN_COUNTRY = "in_country", "In its country."
    PARTLY_EXILED = "partly_exiled", "Partly abroad."
    EXILED = "exiled", "Abroad."
    UNKNOWN = "unknown", "Not known."


class LegalGround(Term):
    """The reason an authority gives."""

    EXTREMISM = "extremism", "Extremism."
    TERRORISM = "terrorism", "Terrorism."
    INCITEMENT_SOCIAL_DISCORD = "incitement_social_discord", "Inciting social discord."
    INCITEMENT_RELIGIOUS_DISCORD = "incitement_religious_discord", "Inciting religious discord."
    NATIONAL_SECURITY = "national_security", "National security."
    STATE_SECRETS = "state_secrets", "State secrets."
    DEFAMATION = "defamation", "Defamation."
    INSULT = "insult", "Insult."
    FALSE_INFORMATION = "false_information", "False information."
    REGISTRATION_OR_IMPRINT = "registration_or_imprint", "Registration or imprint."
    PERIODICITY_OR_MINOR_FORMAL = (
        "periodicity_or_minor_formal",
        "Periodicity or another minor formality.",
    )
    TAX_OR_LABOUR = "tax_or_labour", "Tax or labour rules."
    COPYRIGHT = "copyright", "Copyright."
    MORALITY = "morality", "Morality."
    ELECTION_RULES = "election_rules", "Election rules."
    FOREIGN_AGENT = "foreign_agent", "Foreign-agent rules."
    OTHER = "other", "Another ground."
    NONE_GIVEN = "none_given", "No ground was given."
    UNKNOWN = "unknown", "Not known."


class DecisionKind(Term):
    """What kind of act a legal decision is."""

    COURT_ORDER = "court_order", "An order of a court."
    REGULATOR_ORDER = "regulator_order", "An order of a regulator."
    MINISTERIAL_ORDER = "ministerial_order", "An order of a ministry."
    UNKNOWN = "unknown", "The kind of act is not stated."


class TimelineKind(Term):
    """What an entry on the timeline of an outlet is; entries of one day stand in this order."""

    DECISION = "decision", "An authority decided."
    STATUS = "status", "What became of the outlet on one of its axes."
    BLOCKING_DECLARED = "blocking_declared", "A block that somebody declared or reported."
    BLOCKING_MEASURED = "blocking_measured", "A block that we measured."
    INCIDENT = "incident", "An act against the outlet."
    ATTACK = "attack", "An act against somebody who worked there."
    SUIT = "suit", "A case or prosecution against the outlet."
    REPLY = "reply", "What a State answered about one of these."
