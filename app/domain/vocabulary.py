# SPDX-License-Identifier: Apache-2.0
"""The words of the field: every code Qalam stores or serves, with one sentence each.

Codes are lower snake case, never renamed and never deleted. `docs/vocabulary.md` lists them all,
and a test holds the two together. Sources: the crosswalks of the U.S. Press Freedom Tracker, CPJ,
the Council of Europe platform, MapMF, UNESCO and SDG 16.10.1; OONI for the blocking terms.
"""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A code that carries its own sentence."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    @property
    def label(self) -> str:
        """The code as words for a page: 'complete impunity'."""
        return self._value_.replace("_", " ")


# ------------------------------------------------------------------ blocking


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


# ------------------------------------------------------------------ incidents


class Category(Term):
    """What kind of act an incident is. At least one each; counts by category may overlap."""

    KILLING = "killing", "A person was killed."
    ATTEMPTED_KILLING = "attempted_killing", "Somebody tried to kill a person."
    PHYSICAL_ATTACK = "physical_attack", "A person was attacked bodily."
    TORTURE = "torture", "A person was tortured."
    ENFORCED_DISAPPEARANCE = (
        "enforced_disappearance",
        "The State, or somebody it lets act, made a person vanish.",
    )
    KIDNAPPING = "kidnapping", "Somebody other than the State abducted a person."
    DETENTION = "detention", "A person was deprived of liberty."
    CRIMINAL_PROSECUTION = "criminal_prosecution", "A person or outlet was prosecuted."
    CIVIL_SUIT = "civil_suit", "A person or outlet was sued."
    OUTLET_MEASURE = (
        "outlet_measure",
        "An authority acted against an outlet: closure, suspension, seizure.",
    )
    ONLINE_CENSORSHIP = (
        "online_censorship",
        "Content or access online was blocked, removed or attacked.",
    )
    PRIOR_RESTRAINT = "prior_restraint", "Publication was forbidden beforehand."
    ACCESS_DENIAL = "access_denial", "A journalist was kept away from an event, place or country."
    EQUIPMENT = "equipment", "Equipment was damaged, searched or seized."
    SOURCE_PROTECTION = "source_protection", "Somebody tried to reach a journalist's sources."
    THREAT_HARASSMENT = "threat_harassment", "A person was threatened or harassed."
    ECONOMIC_PRESSURE = "economic_pressure", "Money or work was used as pressure."
    EXTRADITION_RENDITION = "extradition_rendition", "A person was sought abroad or brought back."
    ASSEMBLY_RESTRICTION = "assembly_restriction", "A gathering was banned, dispersed or punished."
    RESTRICTIVE_LAW = "restrictive_law", "A law was passed or used to restrict expression."
    FAILURE_TO_INVESTIGATE = "failure_to_investigate", "Authorities did not investigate an act."


SUBTYPES: dict[Category, tuple[str, ...]] = {
    Category.KILLING: (
        "targeted_murder",
        "crossfire",
        "dangerous_assignment",
        "death_in_custody",
        "unknown",
    ),
    Category.ATTEMPTED_KILLING: (),
    Category.PHYSICAL_ATTACK: ("injury", "no_injury", "sexual_violence"),
    Category.TORTURE: (),
    Category.ENFORCED_DISAPPEARANCE: (),
    Category.KIDNAPPING: (),
    Category.DETENTION: (
        "arrest",
        "detention",
        "imprisonment",
        "house_arrest",
        "forced_psychiatric",
        "interrogation",
    ),
    Category.CRIMINAL_PROSECUTION: (
        "extremism",
        "inciting_discord",
        "defamation",
        "insult_of_official",
        "terrorism",
        "false_information",
        "leak",
        "other",
    ),
    Category.CIVIL_SUIT: ("defamation", "other"),
    Category.OUTLET_MEASURE: (
        "closure",
        "suspension",
        "licence_or_registration",
        "print_or_distribution",
        "asset_seizure",
        "forced_ownership_change",
    ),
    Category.ONLINE_CENSORSHIP: (
        "website_blocking",
        "takedown",
        "account_closure",
        "ddos",
        "hacking",
        "shutdown",
    ),
    Category.PRIOR_RESTRAINT: (),
    Category.ACCESS_DENIAL: ("event", "accreditation", "border_stop", "entry_denied"),
    Category.EQUIPMENT: ("damage", "search", "seizure"),
    Category.SOURCE_PROTECTION: ("subpoena_or_order", "surveillance", "spyware", "raid"),
    Category.THREAT_HARASSMENT: (
        "death_threat",
        "threat",
        "insult",
        "smear",
        "online_harassment",
        "doxxing",
        "family_targeted",
    ),
    Category.ECONOMIC_PRESSURE: ("dismissal", "advertising", "tax_inspection"),
    Category.EXTRADITION_RENDITION: (),
    Category.ASSEMBLY_RESTRICTION: ("ban", "dispersal", "participant_sanction"),
    Category.RESTRICTIVE_LAW: (),
    Category.FAILURE_TO_INVESTIGATE: (),
}

IMPUNITY_APPLICABLE: frozenset[Category] = frozenset(
    {
        Category.KILLING,
        Category.ATTEMPTED_KILLING,
        Category.PHYSICAL_ATTACK,
        Category.TORTURE,
        Category.ENFORCED_DISAPPEARANCE,
        Category.KIDNAPPING,
        Category.THREAT_HARASSMENT,
        Category.EQUIPMENT,
    }
)
"""Categories that are crimes somebody can be held to account for. Acts of an authority under a law
(detention, prosecution, closures) are not: whether they were lawful is another question, and the
people responsible enter the record as a crime only through an incident of one of these categories."""


class WorkflowStatus(Term):
    """Where an incident stands on its way from a report to the public record."""

    DRAFT = "draft", "Being written; only its author and editors see it."
    SUBMITTED = "submitted", "Handed in, waiting for a colleague."
    TRIAGE = "triage", "Being looked through."
    UNDER_VERIFICATION = "under_verification", "A second person is checking it."
    VERIFIED = "verified", "Checked by somebody other than its submitter."
    PUBLISHED = "published", "Public."
    NEEDS_INFORMATION = "needs_information", "Something is missing; back with the submitter."
    REJECTED = "rejected", "Not accepted, with a reason."
    DUPLICATE = "duplicate", "The same event as another incident."
    RETRACTED = "retracted", "Was public and is withdrawn, with a reason."
    MERGED = "merged", "Merged into another incident."


class Motive(Term):
    """Whether the act was because of the target's work."""

    CONFIRMED = "confirmed", "Because of the work, beyond reasonable doubt."
    UNCONFIRMED = "unconfirmed", "Perhaps because of the work."
    NOT_WORK_RELATED = "not_work_related", "Not because of the work."
    NOT_ASSESSED = "not_assessed", "Nobody has assessed it."


class Impunity(Term):
    """What justice did about an incident; always derived from dated facts."""

    COMPLETE_IMPUNITY = "complete_impunity", "Nobody responsible is held to account."
    PARTIAL_IMPUNITY = "partial_impunity", "Some of those responsible are held, not all."
    FULL_JUSTICE = "full_justice", "Everybody responsible is held, those who ordered it included."
    NOT_ASSESSED = "not_assessed", "Not verified, or nobody has checked; never read as impunity."
    NOT_APPLICABLE = "not_applicable", "Not a crime somebody could be held to account for."


class IncidentScope(Term):
    """Whether an incident counts as one against the media, or stands as context."""

    MEDIA = "media", "Against a journalist, media worker, outlet or other defender of expression."
    CONTEXT = "context", "Part of the wider events; kept apart from counts of attacks on the media."


class Precision(Term):
    """How much of a place the public is told."""

    LOCALITY = "locality", "The town or village."
    ADMIN1 = "admin1", "The region only."
    COUNTRY = "country", "The country only."


class Assessment(Term):
    """The answer to a question somebody must look into."""

    YES = "yes", "It was so."
    NO = "no", "It was not so."
    NOT_ASSESSED = "not_assessed", "Nobody has looked into it."


class Sex(Term):
    """Sex of a target, where a source states it."""

    FEMALE = "female", "Female."
    MALE = "male", "Male."
    OTHER = "other", "Neither, or both."


class AgeGroup(Term):
    """Age of a target, where a source states it. Names of minors are never public."""

    MINOR = "minor", "Under 18."
    ADULT = "adult", "18 or older."


class TargetKind(Term):
    """Who or what an act was aimed at."""

    PERSON = "person", "One named person."
    OUTLET = "outlet", "One outlet."
    GROUP = "group", "Several whom the source does not name."


class PersonRole(Term):
    """What a person was at the time of the act."""

    JOURNALIST = "journalist", "Reports news."
    EDITOR = "editor", "Decides what is published."
    PHOTOJOURNALIST = "photojournalist", "Reports with pictures."
    MEDIA_WORKER = "media_worker", "Driver, fixer, translator, guard or administrator of an outlet."
    BLOGGER_CITIZEN_JOURNALIST = (
        "blogger_citizen_journalist",
        "Does journalism without an employer.",
    )
    OWNER_PUBLISHER = "owner_publisher", "Owns or publishes an outlet."
    SOURCE = "source", "Gave information to a journalist."
    FAMILY_MEMBER = "family_member", "Related to somebody targeted."
    LAWYER = "lawyer", "Defends or advises."
    HUMAN_RIGHTS_DEFENDER = "human_rights_defender", "Defends the rights of others."
    TRADE_UNIONIST = "trade_unionist", "Acts for workers."
    POLITICAL_OPPOSITION = "political_opposition", "Opposes those in power."
    CIVIL_SERVANT = "civil_servant", "Works for the State."
    BYSTANDER = "bystander", "Happened to be there."


class ActorType(Term):
    """What kind of actor is responsible."""

    HEAD_OF_STATE_OR_GOVERNMENT = (
        "head_of_state_or_government",
        "Leads the State or its government.",
    )
    PUBLIC_OFFICIAL_NATIONAL = "public_official_national", "Holds a national office."
    PUBLIC_OFFICIAL_LOCAL = "public_official_local", "Holds a regional or local office."
    POLICE = "police", "A police force."
    SECURITY_SERVICE = "security_service", "An intelligence or security service."
    MILITARY = "military", "The armed forces."
    PROSECUTOR_OR_JUDGE = "prosecutor_or_judge", "Prosecutes or judges."
    REGULATOR = "regulator", "Regulates media or communications."
    PRISON_STAFF = "prison_staff", "Guards or runs a prison."
    MEDICAL_INSTITUTION = "medical_institution", "A hospital or its staff."
    STATE_OWNED_COMPANY = "state_owned_company", "A company of the State."
    POLITICIAN_OR_PARTY = "politician_or_party", "A politician or party."
    ARMED_GROUP = "armed_group", "An armed group."
    PARAMILITARY = "paramilitary", "A force beside the army."
    CRIMINAL_GROUP = "criminal_group", "Organised crime."
    RELIGIOUS_GROUP = "religious_group", "A religious group."
    PRIVATE_COMPANY = "private_company", "A company."
    PRIVATE_SECURITY = "private_security", "Hired guards."
    PRIVATE_INDIVIDUAL = "private_individual", "A private person."
    MOB = "mob", "A crowd."
    MEDIA_OWNER = "media_owner", "Owns the outlet."
    UNKNOWN = "unknown", "Not known."


class CrimeRole(Term):
    """Which part somebody had in a crime."""

    EXECUTOR = "executor", "Carried it out."
    ACCOMPLICE = "accomplice", "Helped."
    ORGANISER = "organiser", "Arranged it."
    INSTIGATOR = "instigator", "Ordered or commissioned it."
    SUPERIOR = "superior_who_failed_to_act", "Could have stopped or punished it and did not."


class InvolvementStatus(Term):
    """What is said of somebody's involvement."""

    ALLEGED = "alleged", "Somebody says so."
    SUSPECTED_BY_AUTHORITIES = "suspected_by_authorities", "Authorities suspect them."
    CHARGED = "charged", "Charged."
    CONVICTED = "convicted", "Convicted by a court."
    ACQUITTED = "acquitted", "Acquitted by a court."
    CLEARED = "cleared", "Found not to be involved."
    DISPUTED = "disputed", "Sources disagree."


class Instigation(Term):
    """Whether somebody ordered the act."""

    ESTABLISHED = "established", "A court or a closed inquiry found that it was ordered."
    ALLEGED = "alleged", "A source says that it was ordered."
    NOT_SUSPECTED = "not_suspected", "Nobody suspects an order."
    RULED_OUT = "ruled_out", "An inquiry ruled an order out."
    UNKNOWN = "unknown", "Not known."


# ------------------------------------------------------------------ cases


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


# ------------------------------------------------------------------ outlets


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


class CitationType(Term):
    """What kind of source supports a statement."""

    NGO_REPORT = "ngo_report", "A report of a non-governmental organisation."
    NEWS = "news", "A news article."
    COURT_DOCUMENT = "court_document", "A document of a court."
    OFFICIAL_STATEMENT = "official_statement", "A statement of an authority."
    VICTIM_TESTIMONY = "victim_testimony", "What a victim says."
    WITNESS = "witness", "What a witness says."
    MONITOR_OBSERVATION = "monitor_observation", "What a monitor saw."
    SOCIAL_MEDIA = "social_media", "A post."
    MEASUREMENT = "measurement", "A technical measurement."
    DATASET = "dataset", "A published dataset."


# ------------------------------------------------------------------ intake


class SourceKind(Term):
    """What an intake source is read as."""

    FEED = "feed", "An RSS or Atom feed."
    CSV = "csv", "A CSV file with a mapping of columns."
    CPJ = "cpj", "The full export of journalists killed, by the Committee to Protect Journalists."
    CPJ_PEOPLE = "cpj-people", "The people list export of the Committee to Protect Journalists."


class Trust(Term):
    """What a row of an intake source becomes."""

    LEAD = "lead", "A hint for a person to follow."
    REPORT = "report", "A report that a person may accept into an incident."
    DATASET = "dataset", "A named organisation's own verified dataset."


class ReportStatus(Term):
    """What was done with a report."""

    NEW = "new", "Nobody has decided on it."
    ACCEPTED = "accepted", "It became a draft incident."
    ATTACHED = "attached", "It was added to an incident as a source."
    REJECTED = "rejected", "It was set aside, with a reason."


# ------------------------------------------------------------------ alerts


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


# ------------------------------------------------------------------ access


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
