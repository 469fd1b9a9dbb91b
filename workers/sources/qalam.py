# SPDX-License-Identifier: Apache-2.0
"""An export of incidents by Qalam, read as reports for people to look through.

As a dataset it is not read here: whole records come back through `app.services.restoring`.
"""

from dataclasses import replace

from app.domain.cells import unguarded
from app.domain.intake.item import Given
from app.domain.record.report import Account, Found
from app.errors import InvalidInput
from workers.sources import csv_file, json_file

COLUMNS = {
    "external_id": "id",
    "title": "title",
    "date": "date",
    "country": "country",
    "admin1": "admin1",
    "place": "place",
}
"""What of an incident's row a report has fields for; the rest is kept as it is written."""


def read(body: bytes, given: Given) -> Found:
    """Read a CSV or JSON lines export of incidents; guards against formulas come off the titles."""
    reads = (
        json_file.read if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else csv_file.read
    )
    try:
        found = reads(body, replace(given, mapping=COLUMNS))
    except InvalidInput as error:
        raise InvalidInput(f"this is no export of incidents: {error.detail}") from None
    return replace(found, accounts=tuple(_bare(one) for one in found.accounts))


def _bare(one: Account) -> Account:
    return replace(one, reading=replace(one.reading, title=unguarded(one.reading.title)))
