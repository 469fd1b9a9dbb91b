# SPDX-License-Identifier: Apache-2.0
"""Categories beside the words of the Council of Europe platform, MapMF, UNESCO and SDG 16.10.1.

Sources: an alert page of coe.int; MFRR's report of 2021; UNESCO's reports on the safety of
journalists; the UN metadata of indicator 16.10.1, 2018.
"""

from app.domain.record.crosswalks_row import Column, CrosswalkRow, Evidence, System
from app.domain.vocabulary import (
    AccessDenialSubtype,
    Category,
    DetentionSubtype,
    EconomicPressureSubtype,
    OnlineCensorshipSubtype,
    SourceProtectionSubtype,
)

_COE = Column(System.COE, "category", Evidence.DOCUMENT)
_BODY = "attacks on physical safety"
_SUIT = "judicial intimidation"

_COE_ROWS = (
    _COE.told(Category.KILLING, "1", _BODY),
    _COE.told(Category.ATTEMPTED_KILLING, "1", _BODY),
    _COE.told(Category.PHYSICAL_ATTACK, "1", _BODY),
    _COE.told(Category.TORTURE, "1", _BODY),
    _COE.told(Category.ENFORCED_DISAPPEARANCE, "1", _BODY),
    _COE.told(Category.KIDNAPPING, "1", _BODY),
    _COE.same(Category.DETENTION, "2", "detention and imprisonment"),
    _COE.told(Category.CRIMINAL_PROSECUTION, "3", _SUIT),
    _COE.told(Category.CIVIL_SUIT, "3", _SUIT),
    _COE.told(Category.OUTLET_MEASURE, "5", "other chilling acts"),
    _COE.told(Category.ONLINE_CENSORSHIP, "5", "other chilling acts"),
    _COE.told(Category.PRIOR_RESTRAINT, "5", "censorship"),
    _COE.told(Category.ACCESS_DENIAL, "3", "arbitrary denial of access"),
    _COE.told(Category.EQUIPMENT, "3", "equipment"),
    _COE.told(Category.SOURCE_PROTECTION, "5", "confidentiality of sources"),
    _COE.told(Category.THREAT_HARASSMENT, "1", "threats of violence"),
    _COE.told(Category.THREAT_HARASSMENT, "3", "where no violence is threatened"),
    _COE.told(Category.ECONOMIC_PRESSURE, "3", "administrative powers"),
    _COE.told(Category.EXTRADITION_RENDITION, "2", "or 5"),
    _COE.told(Category.EXTRADITION_RENDITION, "5", "or 2"),
    _COE.told(Category.RESTRICTIVE_LAW, "5", "legislation"),
    _COE.same(Category.FAILURE_TO_INVESTIGATE, "4", "impunity"),
)

_MAPMF = Column(System.MAPMF, "type_of_incident", Evidence.DOCUMENT)

_MAPMF_ROWS = (
    _MAPMF.same(Category.KILLING, "Physical: killed"),
    _MAPMF.told(Category.ATTEMPTED_KILLING, "Physical"),
    _MAPMF.told(Category.PHYSICAL_ATTACK, "Physical"),
    _MAPMF.told(Category.TORTURE, "Physical"),
    _MAPMF.same(Category.DETENTION, "Legal: arrest/detention/imprisonment"),
    _MAPMF.told(Category.DETENTION, "Legal: interrogation", "where it is an interrogation"),
    _MAPMF.same(DetentionSubtype.INTERROGATION, "Legal: interrogation"),
    _MAPMF.same(Category.CRIMINAL_PROSECUTION, "Legal: criminal charges"),
    _MAPMF.same(Category.CRIMINAL_PROSECUTION, "Legal: conviction"),
    _MAPMF.same(Category.CIVIL_SUIT, "Legal: civil lawsuits"),
    _MAPMF.told(Category.CIVIL_SUIT, "Legal: defamation", "which may be a crime as well"),
    _MAPMF.told(Category.OUTLET_MEASURE, "Legal"),
    _MAPMF.told(Category.OUTLET_MEASURE, "Censorship"),
    _MAPMF.same(Category.ONLINE_CENSORSHIP, "Property: hacking/DDoS"),
    _MAPMF.told(OnlineCensorshipSubtype.HACKING, "Property: hacking/DDoS"),
    _MAPMF.told(OnlineCensorshipSubtype.DDOS, "Property: hacking/DDoS"),
    _MAPMF.told(Category.ONLINE_CENSORSHIP, "Censorship"),
    _MAPMF.told(Category.PRIOR_RESTRAINT, "Censorship"),
    _MAPMF.same(Category.ACCESS_DENIAL, "Censorship: blocked access"),
    _MAPMF.told(Category.ACCESS_DENIAL, "Censorship: accreditation"),
    _MAPMF.same(AccessDenialSubtype.ACCREDITATION, "Censorship: accreditation"),
    _MAPMF.told(Category.EQUIPMENT, "Property"),
    _MAPMF.told(Category.SOURCE_PROTECTION, "Legal: surveillance"),
    _MAPMF.same(SourceProtectionSubtype.SURVEILLANCE, "Legal: surveillance"),
    _MAPMF.told(Category.SOURCE_PROTECTION, "Legal: interception"),
    _MAPMF.same(SourceProtectionSubtype.SURVEILLANCE, "Legal: interception"),
    _MAPMF.same(Category.THREAT_HARASSMENT, "Verbal"),
    _MAPMF.told(Category.ECONOMIC_PRESSURE, "Legal: loss of employment"),
    _MAPMF.same(EconomicPressureSubtype.DISMISSAL, "Legal: loss of employment"),
    Column(System.MAPMF, "context_of_incident", Evidence.DOCUMENT).told(
        Category.ASSEMBLY_RESTRICTION, "protest", "the context of an act, not its type"
    ),
    _MAPMF.same(Category.RESTRICTIVE_LAW, "Legal: legal measures"),
)

_UNESCO_ROWS = (
    Column(System.UNESCO, "recorded", Evidence.DOCUMENT).same(
        Category.KILLING, "killing", "UNESCO counts killings only"
    ),
    Column(System.UNESCO, "judicial_status", Evidence.DOCUMENT).told(
        Category.FAILURE_TO_INVESTIGATE,
        "ongoing_or_unresolved",
        "a State's statement of a killing",
    ),
)

_SDG = Column(System.SDG, "code", Evidence.DOCUMENT)
_A = ("0101", "0102", "110139")
_D = ("020222 AD",)
_F = ("0301", "0219", "110133", "02012", "0205", "0208", "0210", "0211")

_SDG_ROWS = (
    _SDG.same(Category.KILLING, "A", iccs=_A),
    _SDG.told(
        Category.ATTEMPTED_KILLING,
        "A",
        "0102 is in the list of codes; reported apart",
        iccs=("0102",),
    ),
    _SDG.told(Category.PHYSICAL_ATTACK, "F", "only by the State or with its acquiescence", iccs=_F),
    _SDG.same(Category.TORTURE, "C", "only by the State or with its acquiescence", iccs=("11011",)),
    _SDG.same(
        Category.ENFORCED_DISAPPEARANCE,
        "B",
        "only by the State or with its acquiescence",
        iccs=("020222 ED",),
    ),
    _SDG.same(
        Category.KIDNAPPING,
        "E",
        "only by others than the State, where it failed in due diligence",
        iccs=("020221",),
    ),
    _SDG.same(
        Category.DETENTION,
        "D",
        "only if arbitrary, and by the State or with its acquiescence",
        iccs=_D,
    ),
    _SDG.told(
        Category.THREAT_HARASSMENT, "F", "only by the State or with its acquiescence", iccs=_F
    ),
    _SDG.told(Category.EXTRADITION_RENDITION, "D", "only if arbitrary", iccs=_D),
    _SDG.told(
        Category.ASSEMBLY_RESTRICTION, "D", "for each person in scope who is detained", iccs=_D
    ),
)

ROWS: tuple[CrosswalkRow, ...] = _COE_ROWS + _MAPMF_ROWS + _UNESCO_ROWS + _SDG_ROWS
