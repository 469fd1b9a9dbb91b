# SPDX-License-Identifier: Apache-2.0
"""The words of the field: every code Qalam stores or serves, with one sentence each.

One file per room; every name is taken from here. Codes are lower snake case, never renamed and
never deleted. `docs/vocabulary.md` lists them all, and a test holds the two together. Sources: the
crosswalks of the U.S. Press Freedom Tracker, CPJ, the Council of Europe platform, MapMF, UNESCO and
SDG 16.10.1; OONI for the blocking terms.
"""

from app.domain.vocabulary.access import ROLE_SCOPES, Role, Scope
from app.domain.vocabulary.alerting import (
    AlertKind,
    AlertState,
    ChannelKind,
    DeliveryState,
    Severity,
)
from app.domain.vocabulary.blocking import (
    BlockingLink,
    Confidence,
    Egress,
    GapReason,
    Grain,
    Layer,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VantageRole,
    VerdictState,
)
from app.domain.vocabulary.categories import IMPUNITY_APPLICABLE, SUBTYPES, Category
from app.domain.vocabulary.incidents import (
    Assessment,
    CitationType,
    IncidentScope,
    Motive,
    Precision,
    WorkflowStatus,
)
from app.domain.vocabulary.intake import ReportStatus, SourceKind, Trust
from app.domain.vocabulary.justice import (
    FactKind,
    Impunity,
    JudicialStatus,
    PartyKind,
    PartyRole,
    Polarity,
    RecommendationStatus,
    ResolutionClaim,
    Sanction,
    Stage,
)
from app.domain.vocabulary.outlets import (
    Base,
    DecisionKind,
    LegalGround,
    OutletAxis,
    Publication,
    Reachability,
)
from app.domain.vocabulary.people import (
    ActorType,
    AgeGroup,
    CrimeRole,
    Instigation,
    InvolvementStatus,
    PersonRole,
    Sex,
    TargetKind,
)
from app.domain.vocabulary.term import Term

__all__ = [
    "IMPUNITY_APPLICABLE",
    "ROLE_SCOPES",
    "SUBTYPES",
    "ActorType",
    "AgeGroup",
    "AlertKind",
    "AlertState",
    "Assessment",
    "Base",
    "BlockingLink",
    "Category",
    "ChannelKind",
    "CitationType",
    "Confidence",
    "CrimeRole",
    "DecisionKind",
    "DeliveryState",
    "Egress",
    "FactKind",
    "GapReason",
    "Grain",
    "Impunity",
    "IncidentScope",
    "Instigation",
    "InvolvementStatus",
    "JudicialStatus",
    "Layer",
    "LegalGround",
    "Mechanism",
    "Motive",
    "OutletAxis",
    "PartyKind",
    "PartyRole",
    "PersonRole",
    "Polarity",
    "Precision",
    "Publication",
    "Reachability",
    "RecommendationStatus",
    "ReportStatus",
    "ResolutionClaim",
    "Role",
    "Sanction",
    "Scope",
    "Severity",
    "Sex",
    "SiteCondition",
    "SourceKind",
    "Stage",
    "TargetKind",
    "Term",
    "Trust",
    "VantageHealth",
    "VantageRole",
    "VerdictState",
    "WorkflowStatus",
]
