# SPDX-License-Identifier: Apache-2.0
"""Which reader reads which kind of source: the one line that a new format adds beside its file."""

from collections.abc import Mapping

from app.domain.vocabulary import SourceKind
from workers.sources import (
    acled,
    bbg,
    cpj,
    cpj_people,
    csv_file,
    json_feed,
    json_file,
    kobo,
    mapmf,
    ooni_findings,
    press_feed,
    qalam,
    uspft,
    uspft_words,
    xlsx_file,
)
from workers.sources.source import Reader

READERS: Mapping[SourceKind, Reader] = {
    SourceKind.FEED: press_feed.read,
    SourceKind.JSON_FEED: json_feed.read,
    SourceKind.CSV: csv_file.read,
    SourceKind.XLSX: xlsx_file.read,
    SourceKind.JSON: json_file.read,
    SourceKind.USPFT: uspft.read,
    SourceKind.BBG: bbg.read,
    SourceKind.CPJ: cpj.read,
    SourceKind.CPJ_PEOPLE: cpj_people.read,
    SourceKind.KOBO: kobo.read,
    SourceKind.MAPMF: mapmf.read,
    SourceKind.ACLED: acled.read,
    SourceKind.OONI_FINDINGS: ooni_findings.read,
    SourceKind.QALAM: qalam.read,
}

USUAL_NAMES: Mapping[SourceKind, str] = {
    SourceKind.USPFT: uspft_words.ORGANISATION,
    SourceKind.BBG: "BBG, threats to the press",
    SourceKind.CPJ: "CPJ, journalists killed (full export)",
    SourceKind.CPJ_PEOPLE: "CPJ, people list export",
    SourceKind.MAPMF: "Mapping Media Freedom",
    SourceKind.ACLED: "ACLED",
    SourceKind.OONI_FINDINGS: "OONI findings",
}
"""Of the formats that are one organisation's: the next export updates the last, whatever its file is
called."""
