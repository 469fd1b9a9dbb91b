# SPDX-License-Identifier: Apache-2.0
"""Steps of cases beside USPFT's statuses and UNESCO's judicial statuses.

USPFT's cases are those against the press: its charges become facts of a reprisal, never of an
accountability case. Sources: USPFT's code of March 2024; UNESCO's reports on impunity, whose two
definitions are from memory.
"""

from app.domain.record.crosswalks_row import Column, CrosswalkRow, Evidence, System
from app.domain.vocabulary import DetentionSubtype, FactKind, JudicialStatus, Stage

_CHARGES = Column(System.USPFT, "status_of_charges", Evidence.CODE)
_ARREST = Column(System.USPFT, "arrest_status", Evidence.CODE)
_CASE = Column(System.USPFT, "case_statuses", Evidence.CODE)
_ORDER = Column(System.USPFT, "subpoena_statuses", Evidence.CODE)
_RESTRAINT = Column(System.USPFT, "status_of_prior_restraint", Evidence.CODE)

_NO_JUDGMENT = "what became of a demand, which is no step of a case of ours"
_NO_BAN = "what became of a ban on publishing, which is no step of a case of ours"

_USPFT_ROWS = (
    _CHARGES.alone("unknown"),
    _CHARGES.alone("not charged", "that nothing happened is no dated fact"),
    _CHARGES.same(FactKind.CHARGED, "charges pending"),
    _CHARGES.told(Stage.CHARGED, "charges pending"),
    _CHARGES.same(FactKind.DISMISSED, "charges dropped"),
    _CHARGES.told(Stage.DISMISSED, "charges dropped"),
    _CHARGES.same(FactKind.CONVICTED, "convicted"),
    _CHARGES.same(FactKind.ACQUITTED, "acquitted"),
    _CHARGES.same(FactKind.APPEAL_FILED, "pending appeal"),
    _CHARGES.told(Stage.APPEAL, "pending appeal"),
    _ARREST.read(DetentionSubtype.DETENTION, "detained and released without being processed"),
    _ARREST.read(FactKind.RELEASED, "detained and released without being processed"),
    _ARREST.read(DetentionSubtype.DETENTION, "detained and still in custody"),
    _ARREST.read(DetentionSubtype.ARREST, "arrested and still in custody"),
    _ARREST.read(DetentionSubtype.ARREST, "arrested and released"),
    _ARREST.read(FactKind.RELEASED, "arrested and released"),
    _ARREST.read(FactKind.CHARGED, "charged without arrest"),
    _CASE.alone("ongoing", "which step it has come to, the word does not say"),
    _CASE.same(FactKind.SETTLED, "settled"),
    _CASE.told(Stage.SETTLED, "settled"),
    _CASE.same(FactKind.DISMISSED, "dismissed"),
    _CASE.told(Stage.DISMISSED, "dismissed"),
    _CASE.alone("unknown"),
    _CASE.same(FactKind.APPEAL_FILED, "appealed"),
    _CASE.told(Stage.APPEAL, "appealed"),
    *(
        _ORDER.alone(word, _NO_JUDGMENT)
        for word in (
            "pending",
            "dropped",
            "quashed",
            "upheld",
            "partially upheld",
            "carried out",
            "ignored",
            "objected to",
        )
    ),
    *(
        _RESTRAINT.alone(word, _NO_BAN)
        for word in ("pending", "dropped", "struck down", "upheld", "ignored")
    ),
)

_SAID = Column(System.UNESCO, "judicial_status", Evidence.MEMORY)

_UNESCO_ROWS = (
    _SAID.same(
        JudicialStatus.NO_INFORMATION,
        "no_information",
        "the State has never provided information, in this or earlier years",
        evidence=Evidence.DOCUMENT,
    ),
    _SAID.same(
        JudicialStatus.ONGOING_OR_UNRESOLVED,
        "ongoing_or_unresolved",
        "archived, time-barred and acquitted cases are within",
    ),
    _SAID.same(
        JudicialStatus.RESOLVED,
        "resolved",
        "convicted, died before the end, or found not related to journalism",
    ),
)

ROWS: tuple[CrosswalkRow, ...] = _USPFT_ROWS + _UNESCO_ROWS
