# SPDX-License-Identifier: Apache-2.0
"""Commands on the sealed ledger, and on people whose names leave the record.

`qalam db verify-ledger` ends with 0 where all is valid, 1 where something was found, 2 for wrong usage.
"""

import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from app import clock
from app.cli import data_folder, opened
from app.console import Json, err, out, print_json, read_text, told
from app.domain.record.ledger import key_id_of
from app.domain.visibility import Viewer
from app.domain.vocabulary import Role
from app.errors import QalamError
from app.services import checkpoints, erasure, ledger_check
from app.services.given_checkpoints import Given, read_checkpoints, read_public_key
from app.services.ledger_check import Report
from app.storage.signing_key import SigningKeys

people_app = typer.Typer(help="People of the record.", no_args_is_help=True)

OPERATOR = Viewer(role=Role.ADMIN, name="operator")


def verify_ledger(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="A file of checkpoints kept elsewhere; may be given several times."),
    ] = None,
    public_key: Annotated[
        list[str] | None,
        typer.Option(help="A key to trust beside this folder's: base64, or a file with it."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute the whole ledger and compare it with the record and with checkpoints."""
    try:
        given = [one for path in checkpoint or () for one in read_checkpoints(read_text(path))]
        trusted = _trusted(public_key or [])
    except QalamError as error:
        err.print(f"qalam: {error.detail}", markup=False, highlight=False)
        raise typer.Exit(2) from None
    with told():
        report, seconds = _verified(given, trusted)
    _tell(report, seconds, as_json=as_json)
    if not report.is_valid:
        raise typer.Exit(1)


def _trusted(given: list[str]) -> dict[str, bytes]:
    own = SigningKeys(data_folder()).find()
    found = [own.public_key().public_bytes_raw()] if own is not None else []
    for text in given:
        path = Path(text)
        found.append(read_public_key(read_text(path) if path.is_file() else text)[1])
    return {key_id_of(one): one for one in found}


def _verified(given: list[Given], trusted: dict[str, bytes]) -> tuple[Report, float]:
    began = time.monotonic()
    with opened() as sessions, sessions.reading() as session:
        report = ledger_check.verify(session, trusted=trusted, given=given)
    return report, time.monotonic() - began


def _tell(report: Report, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(report, seconds))
        return
    out.print(
        f"{report.entries} entries and {report.checkpoints} checkpoints in {seconds:.1f} s; "
        f"{report.erased_fields} fields are erased, {report.waiting} revisions wait to be sealed."
    )
    for one in report.findings:
        out.print(f"{one.fault.value}: {one.message}", markup=False, highlight=False)
    more = sum(report.faults.values()) - len(report.findings)
    if more:
        out.print(f"… and {more} more.")
    if report.is_valid:
        out.print(f"The ledger is valid. Its head is {report.head}.", highlight=False)
        return
    out.print("The ledger is NOT valid.")


def _as_json(report: Report, seconds: float) -> dict[str, Any]:
    return {
        "valid": report.is_valid,
        "entries": report.entries,
        "head": report.head,
        "checkpoints": report.checkpoints,
        "erased_fields": report.erased_fields,
        "waiting": report.waiting,
        "faults": dict(report.faults),
        "findings": [asdict(one) for one in report.findings],
        "seconds": round(seconds, 3),
    }


def checkpoint() -> None:
    """Seal what waits, sign the head and print it, to be kept where this machine is not."""
    with told(), opened() as sessions:
        key = SigningKeys(data_folder()).load()
        with sessions.writing() as session:
            made = checkpoints.sign_head(session, key, now=clock.now())
    print_json(checkpoints.checkpoint_view(made, sealed=checkpoints.public_hash(made), opened=True))


@people_app.command("erase")
def erase(
    person_id: Annotated[uuid.UUID, typer.Argument(help="From `/api/v1/people`.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the record, without the name.")],
    also: Annotated[
        list[str] | None,
        typer.Option(help="Another spelling or form of the name; may be given several times."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take a person's name out of the record; what was done to them stays."""
    with told(), opened() as sessions, sessions.writing() as session:
        done = erasure.erase_person(
            session, OPERATOR, person_id, reason=reason, also=also or [], now=clock.now()
        )
    if as_json:
        print_json(done)
        return
    rows = sum(done["rows_changed"].values())
    out.print(
        f"The name is gone from {rows} rows; {done['revision_fields_erased']} values of the history "
        "are erased."
    )
    for one in done["left"]:
        out.print(f"Its letters still stand in {one['rows']} rows: {one['table']}.{one['column']}")
    if done["may_return_from"]:
        out.print(
            f"It may come back with what these say next: {', '.join(done['may_return_from'])}"
        )
    out.print(f"Not searched: {', '.join(done['not_searched'])}.")


def add_to(db: typer.Typer, command: typer.Typer) -> None:
    """Add these commands to `qalam db` and to `qalam`."""
    db.command("verify-ledger")(verify_ledger)
    db.command("checkpoint")(checkpoint)
    command.add_typer(people_app, name="people")
