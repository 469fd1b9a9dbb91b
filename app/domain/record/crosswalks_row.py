# SPDX-License-Identifier: Apache-2.0
"""What one row of a crosswalk is: a term of ours beside a word of another system, and how far it holds.

Never here: the rows. The mark of evidence says how the other system's word is known; which term of
ours it meets is this house's reading of it.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.vocabulary import Term


class System(StrEnum):
    """Whose words they are."""

    USPFT = "uspft"
    CPJ = "cpj"
    COE = "coe"
    MAPMF = "mapmf"
    UNESCO = "unesco"
    SDG = "sdg_16_10_1"


class Direction(StrEnum):
    """Which way a row may be read."""

    BOTH = "both"
    # Ours is told as theirs; theirs says more than ours, or may mean another of ours.
    TO_THEIRS = "to_theirs"
    # Theirs is read as ours, together with every other row of the same word; we never write it.
    TO_OURS = "to_ours"


class Evidence(StrEnum):
    """How their word is known."""

    # In source code or in an exported file.
    CODE = "C"
    # In a public document or page.
    DOCUMENT = "D"
    # From memory; to be verified before it is relied on.
    MEMORY = "M"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkRow:
    """One correspondence. `term` is None for a word of theirs that nothing of ours meets.

    `field` is the column or list of theirs in which the word stands; `iccs` holds the codes of the
    International Classification of Crime that the SDG metadata lists for its letter.
    """

    term: Term | None
    system: System
    field: str
    value: str
    direction: Direction
    evidence: Evidence
    note: str = ""
    iccs: tuple[str, ...] = ()

    @property
    def reads(self) -> bool:
        """Whether their word may be read as ours."""
        return self.term is not None and self.direction is not Direction.TO_THEIRS

    @property
    def writes(self) -> bool:
        """Whether ours may be told in their word."""
        return self.term is not None and self.direction is not Direction.TO_OURS


class Column:
    """One column or list of another system, from which rows are written down one by one."""

    def __init__(self, system: System, field: str, evidence: Evidence) -> None:
        self._system = system
        self._field = field
        self._evidence = evidence

    def _row(
        self,
        term: Term | None,
        value: str,
        direction: Direction,
        note: str,
        iccs: tuple[str, ...] = (),
        evidence: Evidence | None = None,
    ) -> CrosswalkRow:
        return CrosswalkRow(
            term=term,
            system=self._system,
            field=self._field,
            value=value,
            direction=direction,
            evidence=evidence or self._evidence,
            note=note,
            iccs=iccs,
        )

    def same(
        self,
        term: Term,
        value: str,
        note: str = "",
        *,
        iccs: tuple[str, ...] = (),
        evidence: Evidence | None = None,
    ) -> CrosswalkRow:
        """Both mean the same, so that it is read and written."""
        return self._row(term, value, Direction.BOTH, note, iccs, evidence)

    def told(
        self, term: Term, value: str, note: str = "", *, iccs: tuple[str, ...] = ()
    ) -> CrosswalkRow:
        """Ours is told as theirs, and theirs is not read as ours alone."""
        return self._row(term, value, Direction.TO_THEIRS, note, iccs)

    def read(self, term: Term, value: str, note: str = "") -> CrosswalkRow:
        """Theirs is read as ours, and never written."""
        return self._row(term, value, Direction.TO_OURS, note)

    def alone(self, value: str, note: str = "") -> CrosswalkRow:
        """Theirs meets nothing of ours."""
        return self._row(None, value, Direction.TO_OURS, note)
