# SPDX-License-Identifier: Apache-2.0
"""The words of the record: where an incident stands, why it happened, what of it is told."""

from app.domain.vocabulary.term import Term


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


class IncidentScope(Term):
    """Whether an incident counts as one against the media, or stands as context."""

    MEDIA = "media", "Against a journalist, media worker, outlet or other defender of expression."
    CONTEXT = "context", "Part of the wider events; kept apart from counts of attacks on the media."


class Precision(Term):
    """How exactly a place is known, or how much of it the public is told; the finest first."""

    EXACT = "exact", "The very spot."
    LOCALITY = "locality", "The town or village."
    ADMIN1 = "admin1", "The region only."
    COUNTRY = "country", "The country only."
    UNKNOWN = "unknown", "Nobody said how exactly the place is known."


class Assessment(Term):
    """The answer to a question somebody must look into."""

    YES = "yes", "It was so."
    NO = "no", "It was not so."
    NOT_ASSESSED = "not_assessed", "Nobody has looked into it."


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


class Reliability(Term):
    """How far a source has been right before; the letters are those of the Admiralty system."""

    RELIABLE = "reliable", "Always right so far (A)."
    USUALLY_RELIABLE = "usually_reliable", "Right most of the time (B)."
    FAIRLY_RELIABLE = "fairly_reliable", "Right often enough to be heard (C)."
    NOT_USUALLY_RELIABLE = "not_usually_reliable", "Wrong more often than right (D)."
    UNRELIABLE = "unreliable", "Known to be wrong, or to mislead (E)."
    CANNOT_BE_JUDGED = "cannot_be_judged", "Nobody can say (F)."


class ClaimField(Term):
    """What sources may disagree about: a field of an incident, or of a dated fact of its case."""

    DATE = "date", "When it happened; of a fact, the day of that step."
    PLACE = "place", "The town or village."
    ADMIN1 = "admin1", "The region."
    MOTIVE = "motive", "Whether it was because of the work, by the codes of the motive."
    TARGET_COUNT = "target_count", "How many were aimed at."
    PERPETRATOR_COUNT = "perpetrator_count", "How many did it."
    HARM = "harm", "What it did to them."
    SENTENCE_MONTHS = "sentence_months", "Of a fact: the term in months, one or from-to."
    FINE = "fine", "Of a fact: the fine, as the source gives it."
    COURT = "court", "Of a fact: which court."
    CHARGE = "charge", "Of a fact: what for, as the source puts it."


class CopyState(Term):
    """How the public copy of a piece of evidence stands."""

    WAITING = "waiting", "It is about to be made."
    MADE = "made", "It is there, without the metadata of the original."
    NONE = "none", "Files of this type have no public copy."
    FAILED = "failed", "It could not be made; the reason says why."
