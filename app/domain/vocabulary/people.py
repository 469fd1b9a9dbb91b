# SPDX-License-Identifier: Apache-2.0
"""The words for those an act was aimed at and those who did it."""

from app.domain.vocabulary.term import Term


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


class StateLink(Term):
    """Whether the State is behind an act: derived from who did it and what was assessed."""

    STATE = "state", "An office or force of the State did it."
    STATE_ACQUIESCENCE = "state_acquiescence", "Others did it, and the State let them."
    NON_STATE = "non_state", "Others did it, without the State."
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


class PersonStanding(Term):
    """What became of a person, by the last that the record says; never free by default."""

    KILLED = "killed", "Killed."
    DIED = "died", "Died; the record does not call it a killing."
    MISSING = "missing", "Abducted or disappeared; nothing since is on record."
    IMPRISONED = "imprisoned", "Serving a prison sentence, or held as one convicted."
    IN_PSYCHIATRIC_INSTITUTION = (
        "in_psychiatric_institution",
        "Held in a psychiatric institution, or sent there.",
    )
    UNDER_HOUSE_ARREST = "under_house_arrest", "Held at home."
    IN_DETENTION = "in_detention", "Held without a sentence on record."
    SENTENCE_SERVED = "sentence_served", "Released after the sentence had been served."
    RELEASED = "released", "Released."
    EXILED = "exiled", "Abroad, and cannot safely return."
    FREE = "free", "At liberty, as a source states."
    UNKNOWN = "unknown", "The record does not say."
