# SPDX-License-Identifier: Apache-2.0
"""The words of reports that arrive from elsewhere."""

from app.domain.vocabulary.term import Term


class SourceKind(Term):
    """What an intake source is read as."""

    FEED = "feed", "An RSS or Atom feed."
    JSON_FEED = "json-feed", "A JSON Feed."
    CSV = "csv", "A CSV file with a mapping of columns."
    XLSX = "xlsx", "A spreadsheet with a mapping of columns."
    JSON = "json", "A JSON or JSON lines file with a mapping of fields."
    CPJ = "cpj", "The full export of journalists killed, by the Committee to Protect Journalists."
    USPFT = "uspft", "The U.S. Press Freedom Tracker: its API, or its export of 2020."
    BBG = "bbg", "The list of threats to the press of the U.S. Broadcasting Board of Governors."
    CPJ_PEOPLE = "cpj-people", "The people list export of the Committee to Protect Journalists."
    MAPMF = "mapmf", "The alerts of Mapping Media Freedom: its search index, or a table of it."
    ACLED = (
        "acled",
        "An export of Armed Conflict Location and Event Data, or its list of deletions.",
    )
    KOBO = "kobo", "Submissions of a KoboToolbox form, with a mapping of questions."
    OONI_FINDINGS = "ooni-findings", "What OONI found and published of blocking and shutdowns."
    QALAM = "qalam", "An export of Qalam's own: incidents, cases, outlets or sites."


class Trust(Term):
    """What a row of an intake source becomes."""

    LEAD = "lead", "A hint for a person to follow."
    REPORT = "report", "A report that is handed in as an incident where it says enough."
    DATASET = "dataset", "A named organisation's own verified dataset."


class ReportStatus(Term):
    """What was done with a report."""

    NEW = "new", "Nobody has decided on it."
    ACCEPTED = "accepted", "It became an incident."
    ATTACHED = "attached", "It was added to an incident as a source."
    REJECTED = "rejected", "It was set aside, with a reason."
