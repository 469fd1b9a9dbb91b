# SPDX-License-Identifier: Apache-2.0
"""`qalam db verify-ledger`, `qalam db checkpoint` and `qalam people erase`, as processes."""

import base64
import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from app.domain.vocabulary import Role
from app.storage import migrations
from app.storage.database import Sessions, make_engine
from app.storage.people import Person
from app.storage.signing_key import SigningKeys
from tests import make
from tests.test_cli import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with some work in its database, not sealed yet."""
    engine = make_engine(f"sqlite:///{tmp_path / 'data' / 'qalam.db'}")
    migrations.upgrade(engine)
    with Sessions(engine).writing() as session:
        editor = make.viewer(session, Role.EDITOR, "dana")
        person = {"kind": "person", "person": {"name": "Aruzhan Bekova"}}
        make.incident(session, by=editor, title="Aruzhan Bekova attacked", targets=[person])
    engine.dispose()
    return tmp_path


def verify(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return run(folder, "db", "verify-ledger", *more)


def test_a_checkpoint_kept_elsewhere_convicts_a_cut(folder: Path) -> None:
    """Valid ends with 0; after the last entry is cut off, 1 and its name, by a public key alone."""
    made = run(folder, "db", "checkpoint")
    assert made.returncode == 0, made.stderr
    kept = folder / "checkpoint.json"
    kept.write_text(made.stdout)
    key = SigningKeys(folder / "data").find()
    assert key is not None
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()

    good = verify(folder, "--checkpoint", str(kept), "--json")
    assert good.returncode == 0, good.stderr
    told = json.loads(good.stdout)
    assert (told["valid"], told["checkpoints"], told["waiting"]) == (True, 1, 0)
    assert told["entries"] == json.loads(made.stdout)["entries"] >= 3

    with sqlite3.connect(folder / "data" / "qalam.db") as database:
        database.execute("DROP TRIGGER ledger_entries_not_deleted")
        database.execute("DELETE FROM ledger_entries WHERE number = ?", (told["entries"],))
    database.close()
    (folder / "data" / "ledger.key").unlink()

    cut = verify(folder, "--checkpoint", str(kept), "--public-key", public)
    assert cut.returncode == 1
    assert "tail_cut" in cut.stdout
    assert "guard_missing" in cut.stdout
    assert "NOT valid" in cut.stdout


def test_wrong_usage_ends_with_2(folder: Path) -> None:
    """A file that holds no checkpoints, and a text that is no key."""
    (folder / "no.json").write_text('{"a": 1}')

    for more in (
        ("--checkpoint", "no.json"),
        ("--public-key", "abc"),
    ):
        assert verify(folder, *more).returncode == 2, more


def test_a_name_is_erased_from_the_command_line(folder: Path) -> None:
    """It says what was done and what was not searched; the ledger verifies afterwards."""
    engine = make_engine(f"sqlite:///{folder / 'data' / 'qalam.db'}")
    with Sessions(engine).reading() as session:
        person_id = session.query(Person.id).scalar()
    engine.dispose()

    done = run(folder, "people", "erase", str(person_id), "--reason", "Asked for.")
    again = run(folder, "people", "erase", str(person_id), "--reason", "Asked for.")

    assert done.returncode == 0, done.stderr
    assert "values of the history" in done.stdout
    assert "backups" in done.stdout
    assert again.returncode == 1
    assert "erased already" in again.stderr
    after = verify(folder)
    assert after.returncode == 0, after.stdout
    assert "fields are erased" in after.stdout
