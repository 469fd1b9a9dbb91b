# SPDX-License-Identifier: Apache-2.0
"""`python -m bench [NAME …] [--scale quick|full] [--json]`: run benchmarks and print their tables.

Each runs in a process of its own, so that none inherits another's memory.
"""

import argparse
import subprocess
import sys
from importlib import import_module

import msgspec

from bench.table import Table, render

NAMES = ("probes", "memory", "judging", "intake")


def main() -> int:
    """Run what was asked for; exits with 1 where something was not reached."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}: all")
    parser.add_argument("--scale", choices=("quick", "full"), default="quick")
    parser.add_argument("--json", action="store_true", help="print figures for a program")
    given = parser.parse_args()
    unknown = set(given.names) - set(NAMES)
    if unknown:
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}.")
    names = given.names or list(NAMES)
    tables = run(names[0], given.scale) if len(names) == 1 else apart(names, given)
    if given.json:
        print(msgspec.json.encode([table.facts() for table in tables]).decode())
    elif len(names) == 1:
        print("\n".join(map(render, tables)))
    return 0


def run(name: str, scale: str) -> list[Table]:
    """Run one benchmark here."""
    tables: list[Table] = import_module(f"bench.{name}").tables(scale)
    return tables


def apart(names: list[str], given: argparse.Namespace) -> list[Table]:
    """Run each in a process of its own, printing each table as it comes."""
    tables: list[Table] = []
    for name in names:
        command = [sys.executable, "-m", "bench", name, "--json", "--scale", given.scale]
        printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        new = msgspec.json.decode(printed, type=list[Table])
        if not given.json:
            print("\n".join(map(render, new)), flush=True)
        tables += new
    return tables


if __name__ == "__main__":
    sys.exit(main())
