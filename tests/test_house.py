# SPDX-License-Identifier: Apache-2.0
"""Laws of the house that no linter holds: who may open a transaction that commits."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Requests, jobs and commands; and the place that defines what it means.
DOORS = {
    "app/api/dependencies.py",
    "app/api/traced.py",
    "app/api/tracing.py",
    "app/cli.py",
    "app/cli_knowledge.py",
    "app/cli_ledger.py",
    "app/cli_sources.py",
    "app/cli_vantages.py",
    "app/storage/database.py",
    "app/storage/migrations.py",
    "app/upgrading.py",
    "app/web/dependencies.py",
    "workers/cli.py",
    "workers/cli_measurements.py",
    "workers/cli_reports.py",
    "workers/scheduler.py",
}


def test_only_doors_commit() -> None:
    """Services and queries flush; a transaction is opened for writing, and ended, by a door."""
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    writers = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if ".writing()" in (text := path.read_text(encoding="utf-8")) or ".commit()" in text
    }

    assert {one for one in writers if not one.startswith("workers/jobs/")} <= DOORS
    assert "app/api/dependencies.py" in writers
