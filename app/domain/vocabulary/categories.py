# SPDX-License-Identifier: Apache-2.0
"""What kinds of acts there are, and which of them are crimes somebody can be held to account for."""

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
