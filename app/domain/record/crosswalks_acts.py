# SPDX-License-Identifier: Apache-2.0
"""Categories and subtypes beside the words of the U.S. Press Freedom Tracker and of CPJ.

Sources: USPFT's code of March 2024 and its export of 2020; CPJ's exports of journalists killed.
"""

from app.domain.record.crosswalks_row import Column, CrosswalkRow, Evidence, System
from app.domain.vocabulary import (
    AccessDenialSubtype,
    Category,
    CriminalProsecutionSubtype,
    EquipmentSubtype,
    KillingSubtype,
    SourceProtectionSubtype,
)

_USPFT = Column(System.USPFT, "category", Evidence.CODE)
_OTHER = "Other Incident"
_ARREST = "Arrest / Criminal Charge"

_USPFT_ROWS = (
    Column(System.USPFT, "injury", Evidence.CODE).read(
        Category.KILLING, "FATAL", "there is no category of killings; an injury may be fatal"
    ),
    _USPFT.told(Category.ATTEMPTED_KILLING, "assault"),
    _USPFT.same(Category.PHYSICAL_ATTACK, "assault", "so named in the code of 2024"),
    _USPFT.read(Category.PHYSICAL_ATTACK, "Physical Attack", "its name in the export of 2020"),
    _USPFT.told(Category.DETENTION, _ARREST),
    _USPFT.told(Category.CRIMINAL_PROSECUTION, _ARREST),
    _USPFT.told(Category.CRIMINAL_PROSECUTION, "Leak Case", "where it is about a leak"),
    _USPFT.same(CriminalProsecutionSubtype.LEAK, "Leak Case"),
    _USPFT.told(Category.CIVIL_SUIT, _OTHER),
    _USPFT.told(Category.OUTLET_MEASURE, _OTHER),
    _USPFT.told(Category.ONLINE_CENSORSHIP, _OTHER),
    _USPFT.same(Category.PRIOR_RESTRAINT, "Prior Restraint"),
    _USPFT.same(Category.ACCESS_DENIAL, "Denial of Access"),
    _USPFT.told(Category.ACCESS_DENIAL, "Border Stop", "where it was at a border"),
    _USPFT.same(AccessDenialSubtype.BORDER_STOP, "Border Stop"),
    _USPFT.told(Category.EQUIPMENT, "Equipment Damage", "where it was damaged"),
    _USPFT.same(EquipmentSubtype.DAMAGE, "Equipment Damage"),
    _USPFT.same(
        Category.EQUIPMENT,
        "Equipment Search or Seizure",
        "which of the two, the word does not say",
    ),
    _USPFT.told(EquipmentSubtype.SEARCH, "Equipment Search or Seizure"),
    _USPFT.told(EquipmentSubtype.SEIZURE, "Equipment Search or Seizure"),
    _USPFT.told(Category.SOURCE_PROTECTION, "Subpoena / Legal Order"),
    _USPFT.same(SourceProtectionSubtype.SUBPOENA_OR_ORDER, "Subpoena / Legal Order"),
    _USPFT.same(Category.THREAT_HARASSMENT, "Chilling Statement"),
    _USPFT.told(Category.THREAT_HARASSMENT, _OTHER),
    Column(System.USPFT, "tag", Evidence.CODE).told(
        Category.ASSEMBLY_RESTRICTION, "protest", "a tag, not a category"
    ),
)

_DEATH = Column(System.CPJ, "typeOfDeath", Evidence.CODE)
_STATUS = Column(System.CPJ, "status", Evidence.CODE)

_CPJ_ROWS = (
    _STATUS.same(Category.KILLING, "Killed"),
    _DEATH.same(KillingSubtype.TARGETED_MURDER, "Murder"),
    _DEATH.same(KillingSubtype.CROSSFIRE, "Crossfire"),
    _DEATH.read(
        KillingSubtype.CROSSFIRE,
        "Crossfire / Combat Related",
        "a second name of the same, side by side with the first in one file",
    ),
    _DEATH.same(KillingSubtype.DANGEROUS_ASSIGNMENT, "Dangerous Assignment"),
    _DEATH.same(KillingSubtype.UNKNOWN, "Unknown"),
    Column(System.CPJ, "tortured", Evidence.CODE).same(Category.TORTURE, "Yes"),
    _STATUS.told(
        Category.ENFORCED_DISAPPEARANCE,
        "Missing",
        "not read as ours: the word does not say that the State did it",
    ),
    Column(System.CPJ, "captive", Evidence.CODE).same(
        Category.KIDNAPPING, "Yes", "held by an authority, it is a detention instead"
    ),
    _STATUS.same(Category.DETENTION, "Imprisoned"),
    Column(System.CPJ, "charges", Evidence.CODE).told(
        Category.CRIMINAL_PROSECUTION, "(any)", "free text: what somebody is charged with"
    ),
    Column(System.CPJ, "threatened", Evidence.CODE).same(Category.THREAT_HARASSMENT, "Yes"),
    Column(System.CPJ, "theme", Evidence.DOCUMENT).told(
        Category.FAILURE_TO_INVESTIGATE, "Impunity", "a theme, not a kind of act"
    ),
)

ROWS: tuple[CrosswalkRow, ...] = _USPFT_ROWS + _CPJ_ROWS
