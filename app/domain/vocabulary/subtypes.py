# SPDX-License-Identifier: Apache-2.0
"""The finer kinds of act within a category: one list for each category that has any.

A subtype is stored beside its category and means nothing without it: *defamation* is a charge in
one list and a suit in another. Never here: which crime can be held to account for.
"""

from app.domain.vocabulary.term import Term


class KillingSubtype(Term):
    """How a person came to be killed."""

    TARGETED_MURDER = (
        "targeted_murder",
        "Killed on purpose, in reprisal for the work or because of it.",
    )
    CROSSFIRE = "crossfire", "Killed in combat or crossfire, without being its target."
    DANGEROUS_ASSIGNMENT = (
        "dangerous_assignment",
        "Killed while covering something dangerous, such as a riot, that was not combat.",
    )
    DEATH_IN_CUSTODY = "death_in_custody", "Died while held by an authority."
    UNKNOWN = "unknown", "How it came about is not known."


class PhysicalAttackSubtype(Term):
    """What a bodily attack did."""

    INJURY = "injury", "The person was injured."
    NO_INJURY = "no_injury", "The person was attacked and not injured."
    SEXUAL_VIOLENCE = "sexual_violence", "The attack was sexual."


class DetentionSubtype(Term):
    """How a person was deprived of liberty."""

    ARREST = "arrest", "Arrested."
    DETENTION = "detention", "Held, before or without a verdict."
    IMPRISONMENT = "imprisonment", "Serving a prison sentence."
    HOUSE_ARREST = "house_arrest", "Confined to a home."
    FORCED_PSYCHIATRIC = (
        "forced_psychiatric",
        "Held in a psychiatric institution against the person's will.",
    )
    INTERROGATION = "interrogation", "Taken in for questioning."


class CriminalProsecutionSubtype(Term):
    """What somebody is prosecuted for."""

    EXTREMISM = "extremism", "Prosecuted for extremism."
    INCITING_DISCORD = "inciting_discord", "Prosecuted for inciting social or religious discord."
    DEFAMATION = "defamation", "Prosecuted for defamation, where it is a crime."
    INSULT_OF_OFFICIAL = "insult_of_official", "Prosecuted for insulting an official."
    TERRORISM = "terrorism", "Prosecuted for terrorism."
    FALSE_INFORMATION = "false_information", "Prosecuted for spreading false information."
    LEAK = "leak", "Prosecuted for passing on or publishing secrets."
    OTHER = "other", "Prosecuted for something else."


class CivilSuitSubtype(Term):
    """What somebody is sued for."""

    DEFAMATION = "defamation", "Sued over honour, dignity or reputation."
    OTHER = "other", "Sued for something else."


class OutletMeasureSubtype(Term):
    """What an authority did to an outlet."""

    CLOSURE = "closure", "The outlet was closed."
    SUSPENSION = "suspension", "The outlet was stopped for a time."
    LICENCE_OR_REGISTRATION = (
        "licence_or_registration",
        "Its licence or registration was refused, annulled or taken.",
    )
    PRINT_OR_DISTRIBUTION = (
        "print_or_distribution",
        "Its printing or distribution was stopped, or copies were seized.",
    )
    ASSET_SEIZURE = "asset_seizure", "Its accounts or property were frozen or seized."
    FORCED_OWNERSHIP_CHANGE = (
        "forced_ownership_change",
        "Its owner was made to sell it or give it up.",
    )


class OnlineCensorshipSubtype(Term):
    """How access or content was cut off online."""

    WEBSITE_BLOCKING = "website_blocking", "A website was blocked."
    TAKEDOWN = "takedown", "Content was removed on demand."
    ACCOUNT_CLOSURE = "account_closure", "An account was closed or suspended."
    DDOS = "ddos", "A site was made unreachable by a flood of requests."
    HACKING = "hacking", "Somebody broke into a site or an account."
    SHUTDOWN = "shutdown", "The internet or mobile networks were switched off."


class AccessDenialSubtype(Term):
    """What a journalist was kept away from."""

    EVENT = "event", "Not let in to an event or place."
    ACCREDITATION = "accreditation", "Accreditation was refused or taken."
    BORDER_STOP = "border_stop", "Stopped and questioned at a border."
    ENTRY_DENIED = "entry_denied", "Not let into a country."


class EquipmentSubtype(Term):
    """What happened to equipment."""

    DAMAGE = "damage", "Equipment was damaged or destroyed."
    SEARCH = "search", "Equipment was searched."
    SEIZURE = "seizure", "Equipment was taken away."


class SourceProtectionSubtype(Term):
    """How somebody tried to reach a journalist's sources."""

    SUBPOENA_OR_ORDER = "subpoena_or_order", "A subpoena or order demanded testimony or material."
    SURVEILLANCE = "surveillance", "A journalist was watched or listened in on."
    SPYWARE = "spyware", "Spyware was put on a device."
    RAID = "raid", "A newsroom or home was searched."


class ThreatHarassmentSubtype(Term):
    """How somebody was threatened or harassed."""

    DEATH_THREAT = "death_threat", "Threatened with death."
    THREAT = "threat", "Threatened in another way."
    INSULT = "insult", "Insulted or humiliated."
    SMEAR = "smear", "Discredited by a campaign."
    ONLINE_HARASSMENT = "online_harassment", "Harassed online."
    DOXXING = "doxxing", "Private data was published to harm."
    FAMILY_TARGETED = "family_targeted", "Relatives were targeted."


class EconomicPressureSubtype(Term):
    """How money or work was used."""

    DISMISSAL = "dismissal", "Dismissed, or made to resign."
    ADVERTISING = "advertising", "Advertising was withdrawn, or advertisers were pressed."
    TAX_INSPECTION = "tax_inspection", "Tax inspections or fines were used as pressure."


class AssemblyRestrictionSubtype(Term):
    """What was done to a gathering."""

    BAN = "ban", "The gathering was not allowed."
    DISPERSAL = "dispersal", "The gathering was broken up."
    PARTICIPANT_SANCTION = (
        "participant_sanction",
        "Participants were detained, fined or otherwise punished.",
    )
