# SPDX-License-Identifier: Apache-2.0
"""Which reader reads which kind of source: the one line that a new format adds beside its file."""

from collections.abc import Mapping

from app.domain.vocabulary import SourceKind
from workers.sources import cpj, cpj_people, csv_file, press_feed
from workers.sources.source import Reader

READERS: Mapping[SourceKind, Reader] = {
    SourceKind.FEED: press_feed.read,
    SourceKind.CSV: csv_file.read,
    SourceKind.CPJ: cpj.read,
    SourceKind.CPJ_PEOPLE: cpj_people.read,
}
