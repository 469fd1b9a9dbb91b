# SPDX-License-Identifier: Apache-2.0
"""`qalam evidence …`: whether the files that incidents rest on are still what arrived."""

from dataclasses import asdict

import typer
from rich.progress import track

from app.cli import data_folder, opened
from app.console import Json, err, out, print_json, told
from app.services import evidence_upkeep
from app.services.evidence_upkeep import Looked
from app.storage.evidence_store import EvidenceStore

evidence_app = typer.Typer(help="The files that incidents rest on.", no_args_is_help=True)

_SAID = {
    "missing": "is on record and not in the store",
    "changed": "is not the bytes that arrived",
    "copy_missing": "has lost its public copy",
    "copy_changed": "has a public copy that is not the one that was made",
    "orphans": "is in the store and not on record",
    "orphan_copies": "is a public copy in the store that is not on record",
}


@evidence_app.command("verify")
def verify(as_json: Json = False) -> None:
    """Hash every file again, compare the store with the record, and name what is wrong (exit code 1)."""
    store = EvidenceStore(data_folder() / "evidence")
    with told(), opened() as sessions, sessions.reading() as session:
        steps = evidence_upkeep.look_through(session, store)
        *_, found = track(steps, "Hashing", console=err, transient=True, disable=as_json)
    if as_json:
        print_json({**asdict(found), "whole": found.is_whole})
    else:
        _say(found)
    if not found.is_whole:
        raise typer.Exit(1)


def _say(found: Looked) -> None:
    if found.is_whole:
        out.print(f"{found.files} files are what arrived; nothing else is in the store.")
        return
    for name, said in _SAID.items():
        for sha256 in getattr(found, name):
            err.print(f"{sha256} {said}", markup=False, highlight=False)
    out.print(f"{found.files} files were looked at; the lines above name what is wrong.")
