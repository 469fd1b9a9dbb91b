# SPDX-License-Identifier: Apache-2.0
"""`qalam evidence verify` as an operator runs it: in a script, by its exit code."""

import json
from pathlib import Path

from tests.test_cli import run


def test_verify_names_what_is_wrong_by_its_exit_code(tmp_path: Path) -> None:
    """0 where the store and the record agree; 1 with the hash of a file that no row knows."""
    whole = run(tmp_path, "evidence", "verify")
    stranger = tmp_path / "data" / "evidence" / "sha256" / "ab" / "ab" / ("ab" * 32)
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"?")

    told = run(tmp_path, "evidence", "verify")
    as_json = run(tmp_path, "evidence", "verify", "--json")

    assert whole.returncode == 0, whole.stderr
    assert "0 files are what arrived" in whole.stdout
    assert told.returncode == 1
    assert "ab" * 32 in told.stderr
    assert as_json.returncode == 1
    found = json.loads(as_json.stdout)
    assert (found["whole"], found["orphans"]) == (False, ["ab" * 32])
