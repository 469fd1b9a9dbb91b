# SPDX-License-Identifier: Apache-2.0
"""Actors, people, motives and levels of justice beside the words of USPFT, CPJ, the CoE and the SDG.

Sources: USPFT's code of March 2024; CPJ's exports of journalists killed; an alert page of coe.int,
which names the field of who threatens, while its values are from memory; the UN metadata, 2018.
"""

from app.domain.record.crosswalks_row import Column, CrosswalkRow, Evidence, System
from app.domain.vocabulary import ActorType, Impunity, Motive, PersonRole, Sex, StateLink

_USPFT = Column(System.USPFT, "actor", Evidence.CODE)
_FIRE = Column(System.CPJ, "sourcesOfFire", Evidence.CODE)
_COE = Column(System.COE, "source_of_threat", Evidence.MEMORY)

_ACTORS = (
    _USPFT.same(ActorType.POLICE, "law enforcement"),
    _USPFT.told(ActorType.SECURITY_SERVICE, "law enforcement"),
    _USPFT.told(ActorType.HEAD_OF_STATE_OR_GOVERNMENT, "politician"),
    _USPFT.same(ActorType.POLITICIAN_OR_PARTY, "politician"),
    _USPFT.same(ActorType.PRIVATE_SECURITY, "private security"),
    _USPFT.same(ActorType.PRIVATE_INDIVIDUAL, "private individual"),
    _USPFT.alone("public figure", "somebody known, in office or not"),
    _USPFT.same(ActorType.UNKNOWN, "unknown"),
    _FIRE.alone("Political Group", "may be a party or an armed group"),
    _FIRE.told(ActorType.POLITICIAN_OR_PARTY, "Political Group"),
    _FIRE.told(ActorType.ARMED_GROUP, "Political Group"),
    _FIRE.same(ActorType.MILITARY, "Military Officials"),
    _FIRE.same(
        ActorType.PUBLIC_OFFICIAL_NATIONAL,
        "Government Officials",
        "of which level of government, the word does not say",
    ),
    _FIRE.told(ActorType.HEAD_OF_STATE_OR_GOVERNMENT, "Government Officials"),
    _FIRE.told(ActorType.PUBLIC_OFFICIAL_LOCAL, "Government Officials"),
    _FIRE.told(ActorType.POLICE, "Government Officials"),
    _FIRE.told(ActorType.SECURITY_SERVICE, "Government Officials"),
    _FIRE.same(ActorType.CRIMINAL_GROUP, "Criminal Group"),
    _FIRE.same(ActorType.PARAMILITARY, "Paramilitary Group"),
    _FIRE.same(ActorType.PRIVATE_INDIVIDUAL, "Local Residents"),
    _FIRE.same(ActorType.MOB, "Mob Violence"),
    _FIRE.same(ActorType.UNKNOWN, "Unknown Fire"),
    _COE.same(StateLink.STATE, "State"),
    _COE.told(StateLink.STATE_ACQUIESCENCE, "Non-State"),
    _COE.same(StateLink.NON_STATE, "Non-State"),
    _COE.same(StateLink.UNKNOWN, "Unknown"),
)

_TYPE = Column(System.CPJ, "type", Evidence.CODE)
_GENDER = Column(System.CPJ, "gender", Evidence.CODE)
_FUNCTION = Column(System.SDG, "function", Evidence.DOCUMENT)

_PEOPLE = (
    _TYPE.same(PersonRole.JOURNALIST, "Journalist"),
    _TYPE.same(
        PersonRole.MEDIA_WORKER, "Media Worker", "driver, fixer, translator, guard, administrator"
    ),
    _GENDER.same(Sex.FEMALE, "Female"),
    _GENDER.same(Sex.MALE, "Male"),
    _FUNCTION.same(PersonRole.JOURNALIST, "J"),
    _FUNCTION.told(PersonRole.EDITOR, "J"),
    _FUNCTION.told(PersonRole.PHOTOJOURNALIST, "J"),
    _FUNCTION.told(PersonRole.MEDIA_WORKER, "J"),
    _FUNCTION.told(PersonRole.BLOGGER_CITIZEN_JOURNALIST, "J", "while acting so"),
    _FUNCTION.same(PersonRole.TRADE_UNIONIST, "T"),
    _FUNCTION.same(PersonRole.HUMAN_RIGHTS_DEFENDER, "H"),
    _FUNCTION.told(PersonRole.LAWYER, "H", "a lawyer who defends rights"),
)

_MOTIVE = Column(System.CPJ, "motiveConfirmed", Evidence.CODE)
_LEVEL = Column(System.CPJ, "impunityMurder", Evidence.CODE)
_NOT_MURDER = "Yes or No, for deaths that are not murders; no level of impunity"

_ASSESSED = (
    _MOTIVE.same(Motive.CONFIRMED, "Confirmed"),
    _MOTIVE.same(Motive.UNCONFIRMED, "Unconfirmed"),
    _MOTIVE.read(Motive.NOT_ASSESSED, "N/A", "CPJ assesses it for journalists only"),
    _LEVEL.same(Impunity.COMPLETE_IMPUNITY, "Complete Impunity"),
    _LEVEL.same(Impunity.PARTIAL_IMPUNITY, "Partial Impunity"),
    _LEVEL.same(Impunity.FULL_JUSTICE, "Full Justice"),
    Column(System.CPJ, "accountabilityCrossfire", Evidence.CODE).alone("(any)", _NOT_MURDER),
    Column(System.CPJ, "accountabilityAssignment", Evidence.CODE).alone("(any)", _NOT_MURDER),
)

ROWS: tuple[CrosswalkRow, ...] = _ACTORS + _PEOPLE + _ASSESSED
