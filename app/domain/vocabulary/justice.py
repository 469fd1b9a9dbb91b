# SPDX-License-Identifier: Apache-2.0
"""The words of legal cases, and of what justice did."""

from app.domain.vocabulary.term import Term


class Impunity(Term):
    """What justice did about an incident; always derived from dated facts."""

    COMPLETE_IMPUNITY = "complete_impunity", "Nobody responsible is held to account."
    PARTIAL_IMPUNITY = "partial_impunity", "Some of those responsible are held, not all."
    FULL_JUSTICE = "full_justice", "Everybody responsible is held, those who ordered it included."
    NOT_ASSESSED = "not_assessed", "Not verified, or nobody has checked; never read as impunity."
    NOT_APPLICABLE = "not_applicable", "Not a crime somebody could be held to account for."


class Polarity(Term):
    """Whose case it is, and against whom."""

    ACCOUNTABILITY = "accountability", "The State against the attackers."
    REPRISAL = "reprisal", "The State or an official against the journalist, outlet or activist."
    REMEDY = "remedy", "The victim sues or complains."


class FactKind(Term):
    """A dated step of a legal case."""

    REPORTED = "reported", "The act was reported to the authorities."
    REFUSED_TO_OPEN = "refused_to_open", "The authorities refused to open a case."
    INVESTIGATION_OPENED = "investigation_opened", "An investigation was opened."
    INVESTIGATION_SUSPENDED = "investigation_suspended", "The investigation was suspended."
    SUSPECT_IDENTIFIED = "suspect_identified", "A suspect was named by the authorities."
    WANTED = "wanted", "A suspect is sought."
    ARRESTED = "arrested", "A suspect was arrested."
    CHARGED = "charged", "Somebody was charged."
    PRE_TRIAL_DETENTION = "pre_trial_detention", "Somebody is held before trial."
    COMMITTED_FOR_TRIAL = "committed_for_trial", "The case was sent to court."
    TRIAL_OPENED = "trial_opened", "The trial began."
    CONVICTED = "convicted", "A court convicted somebody."
    ACQUITTED = "acquitted", "A court acquitted somebody."
    CLEARED = "cleared", "Somebody was found not to be involved."
    APPEAL_FILED = "appeal_filed", "A judgment was appealed."
    UPHELD = "upheld", "A higher court upheld the judgment."
    QUASHED = "quashed", "A higher court quashed a conviction."
    REVIEW_REFUSED = "review_refused", "A higher court refused to review the judgment."
    FINAL = "final", "The judgment became final."
    SENTENCE_STARTED = "sentence_started", "The sentence is being served."
    RELEASED = "released", "Somebody was released."
    PARDONED = "pardoned", "Pardoned or covered by an amnesty after conviction."
    FORCED_PSYCHIATRIC = (
        "forced_psychiatric",
        "Somebody was sent to a psychiatric institution or examination.",
    )
    DIED = "died", "A suspect died before a verdict."
    RESPONSIBILITY_ESTABLISHED = (
        "responsibility_established",
        ("A court or closed inquiry established the responsibility of somebody who has died."),
    )
    SLOT_CLOSED = (
        "slot_closed",
        "A verified source establishes that nobody else acted in that role.",
    )
    DISMISSED = "dismissed", "The case was dismissed."
    SETTLED = "settled", "The parties settled."
    CLOSED_NO_SUSPECT = "closed_no_suspect", "Closed: no suspect was found."
    CLOSED_LIMITATION = "closed_limitation", "Closed: too much time has passed."
    CLOSED_AMNESTY = "closed_amnesty", "Closed by an amnesty before a verdict."
    ACCOUNTABILITY_CHECKED = (
        "accountability_checked",
        "Somebody looked for proceedings on that day and found none.",
    )
    PROMISE = "promise", "The State promised to act."


class Stage(Term):
    """How far a legal case has come: always a projection of its dated facts."""

    NOT_REPORTED = "not_reported", "The act was not reported to the authorities."
    REPORTED = "reported", "Reported to the authorities."
    REFUSED_TO_OPEN = "refused_to_open", "The authorities refused to open a case."
    INVESTIGATION_OPEN = "investigation_open", "Being investigated."
    INVESTIGATION_SUSPENDED = "investigation_suspended", "The investigation is suspended."
    SUSPECT_IDENTIFIED = "suspect_identified", "A suspect is named or arrested."
    WANTED = "wanted", "A suspect is sought."
    CHARGED = "charged", "Somebody is charged."
    PRE_TRIAL_DETENTION = "pre_trial_detention", "Somebody is held before trial."
    COMMITTED_FOR_TRIAL = "committed_for_trial", "Sent to court, waiting for the trial."
    TRIAL = "trial", "Being tried."
    VERDICT_FIRST_INSTANCE = "verdict_first_instance", "The first court has decided."
    APPEAL = "appeal", "Before a court of appeal."
    CASSATION = "cassation", "Before the highest court, or under its review."
    FINAL = "final", "The judgment stands and is final."
    ENFORCEMENT = "enforcement", "The sentence is being served."
    CLOSED_NO_SUSPECT = "closed_no_suspect", "Closed: no suspect was found."
    CLOSED_LIMITATION = "closed_limitation", "Closed: too much time has passed."
    CLOSED_AMNESTY = "closed_amnesty", "Closed by an amnesty."
    DISMISSED = "dismissed", "Dismissed."
    SETTLED = "settled", "Settled between the parties."
    ARCHIVED = "archived", "Put away; nothing more is expected."


class JudicialStatus(Term):
    """What a State says of a killing, in UNESCO's words; a statement of the State, never ours."""

    NO_INFORMATION = "no_information", "The State has not answered, or did not speak of it."
    ONGOING_OR_UNRESOLVED = (
        "ongoing_or_unresolved",
        "The State says that it is not resolved; archived, time-barred and acquitted cases are within.",
    )
    RESOLVED = (
        "resolved",
        "The State says that somebody was convicted, a suspect died, or a court found no link to the work.",
    )


class ResolutionClaim(Term):
    """Why a State calls a killing resolved; its claim, never ours."""

    CONVICTED = "convicted", "The State says that a court convicted perpetrators."
    SUSPECT_DIED = "suspect_died", "The State says that the suspect died before the case ended."
    NOT_RELATED = (
        "not_related",
        "The State says that a court found the death not related to journalism.",
    )


class PartyKind(Term):
    """What a party to a case is."""

    PERSON = "person", "A person of the record."
    OUTLET = "outlet", "An outlet of the record."
    AUTHORITY = "authority", "An office, a court, a ministry or another body, by its name."
    GROUP = "group", "People whom the source describes and does not name."


class PartyRole(Term):
    """What somebody is in a legal case."""

    DEFENDANT = "defendant", "Accused or sued."
    CLAIMANT = "claimant", "Brings the suit or the complaint."
    VICTIM = "victim", "Suffered the act that the case is about."
    PROSECUTOR = "prosecutor", "Prosecutes for the State."
    INVESTIGATOR = "investigator", "Investigates for the State."
    COURT = "court", "Decides: a court or a judge."
    LAWYER = "lawyer", "Represents a party."
    THIRD_PARTY = "third_party", "Joined to the case without being either side."


class Sanction(Term):
    """What a sentence imposes beside imprisonment and fines."""

    PROFESSION_BAN = "profession_ban", "May not work in a profession or an office."
    CONFISCATION = "confiscation", "Property is taken."
    COMMUNITY_SERVICE = "community_service", "Unpaid work."
    CORRECTIVE_LABOUR = "corrective_labour", "Part of the wages goes to the State."
    RESTRICTED_LIBERTY = "restricted_liberty", "Lives at home under conditions and controls."
    ADMINISTRATIVE_ARREST = "administrative_arrest", "Held for days, without a criminal sentence."
    COMPULSORY_TREATMENT = "compulsory_treatment", "Sent to an institution for treatment."
    COMPENSATION = "compensation", "Pays damages to another party."
    PUBLICATION_BAN = "publication_ban", "May not publish, or must take down what was published."
    EXPULSION = "expulsion", "Must leave the country."
    OTHER = "other", "Something else; the fact's words say what."


class RecommendationStatus(Term):
    """What became of a recommendation; dated, with its source."""

    OPEN = "open", "Asked; nothing is known of an answer."
    ACCEPTED = "accepted", "Whoever was asked said yes; it is not done yet."
    REFUSED = "refused", "Whoever was asked said no."
    PARTLY_DONE = "partly_done", "Done in part."
    DONE = "done", "What was asked was done."
    NO_REPLY = "no_reply", "No answer came."
    LAPSED = "lapsed", "Overtaken by events; nobody waits for it any more."
