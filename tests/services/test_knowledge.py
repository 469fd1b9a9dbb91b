# SPDX-License-Identifier: Apache-2.0
"""What judging knows is read once, and again as soon as an import changed it."""

from app.services import fingerprints, networks
from app.services.knowledge import Knowledge
from app.storage.database import Sessions
from tests.make import NOW

PREFIXES = "prefix,asn,name\n192.0.2.0/24,64496,Example Net\n"
MARKS = (
    "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp,"
    "expected_countries,source,exp_url,notes\n"
    "a,nat,,dns,full,192.0.2.7,10,KZ,,,\n"
)


def test_an_import_is_seen_by_the_next_round(sessions: Sessions) -> None:
    """Nothing is read twice for nothing, and nothing is judged by what was replaced."""
    knowledge = Knowledge()
    with sessions.reading() as session:
        first, again = knowledge.read(session), knowledge.read(session)
    with sessions.writing() as session:
        networks.import_csv(session, PREFIXES, source="test", now=NOW)
    with sessions.reading() as session:
        second = knowledge.read(session)
    with sessions.writing() as session:
        fingerprints.import_csv(session, MARKS, origin="test", now=NOW)
    with sessions.reading() as session:
        third = knowledge.read(session)

    assert first is again
    assert not first.networks
    assert second.networks.asn("192.0.2.1") == 64496
    assert third is not second
    assert len(third.fingerprints) == 1
