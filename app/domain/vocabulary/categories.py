# SPDX-License-Identifier: Apache-2.0
"""What kinds of acts there are, and which of them are crimes somebody can be held to account for."""

from app.domain.vocabulary import subtypes
from app.domain.vocabulary.term import Term


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


SUBTYPE_LISTS: dict[Category, type[Term]] = {
    Category.KILLING: subtypes.KillingSubtype,
    Category.PHYSICAL_ATTACK: subtypes.PhysicalAttackSubtype,
    Category.DETENTION: subtypes.DetentionSubtype,
    Category.CRIMINAL_PROSECUTION: subtypes.CriminalProsecutionSubtype,
    Category.CIVIL_SUIT: subtypes.CivilSuitSubtype,
    Category.OUTLET_MEASURE: subtypes.OutletMeasureSubtype,
    Category.ONLINE_CENSORSHIP: subtypes.OnlineCensorshipSubtype,
    Category.ACCESS_DENIAL: subtypes.AccessDenialSubtype,
    Category.EQUIPMENT: subtypes.EquipmentSubtype,
    Category.SOURCE_PROTECTION: subtypes.SourceProtectionSubtype,
    Category.THREAT_HARASSMENT: subtypes.ThreatHarassmentSubtype,
    Category.ECONOMIC_PRESSURE: subtypes.EconomicPressureSubtype,
    Category.ASSEMBLY_RESTRICTION: subtypes.AssemblyRestrictionSubtype,
}
"""The list of a category's subtypes; a category without one has none."""

SUBTYPES: dict[Category, tuple[str, ...]] = {
    category: tuple(term.value for term in SUBTYPE_LISTS.get(category, ())) for category in Category
}
"""Every subtype's code by category, retired ones within."""

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
