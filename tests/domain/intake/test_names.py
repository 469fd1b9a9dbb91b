# SPDX-License-Identifier: Apache-2.0
"""Name fields: only what is plainly a name becomes one."""

import pytest

from app.domain.intake.names import target_of
from app.domain.vocabulary import PersonRole, TargetKind


@pytest.mark.parametrize(
    "said",
    [
        "Khadija Ismayilova",
        "Nguyen Ngoc Gia",
        "Лұқпан Ахмедияров",
        "John Driver",
        "J. Editor-Smith",
        "Marie Colvin (Sunday Times)",
    ],
)
def test_a_name_is_a_name(said: str) -> None:
    """A name stays as written, also where a part of it is a trade."""
    found = target_of(said)

    assert found is not None
    assert (found.kind, found.name, found.description) == (TargetKind.PERSON, said, None)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("Three journalists", 3),
        ("Two RFE/RL freelance journalists", 2),
        ("12 reporters", 12),
        ("RFE/RL contributors in Crimea", None),
        ("TV Marti Citizen-Journalists", None),
        ("Several photographers", None),
        ("Documentary crew", None),
    ],
)
def test_several_are_a_group(said: str, count: int | None) -> None:
    """A group keeps its description and, where it is said, its size; no name is made of it."""
    found = target_of(said)

    assert found is not None
    assert (found.kind, found.name, found.description, found.count) == (
        TargetKind.GROUP,
        None,
        said,
        count,
    )


@pytest.mark.parametrize(
    "said",
    [
        "Unidentified",
        "Unidentified photojournalist",
        "[full name unavailable]",
        "Anonymous blogger",
        "Independent Journalist",
        "Contractor for RFA",
        "Freelance reporter",
    ],
)
def test_somebody_unnamed_stays_unnamed(said: str) -> None:
    """A description is kept as one, and no person of that name appears."""
    found = target_of(said)

    assert found is not None
    assert (found.kind, found.name, found.description) == (TargetKind.PERSON, None, said)


def test_the_role_in_a_description_is_kept() -> None:
    """What a description says of the trade is the role at the time."""
    found = target_of("Unidentified photojournalist")

    assert found is not None
    assert found.role is PersonRole.PHOTOJOURNALIST


def test_nothing_is_nobody() -> None:
    """An empty field, or markup around nothing, names nobody."""
    assert target_of("") is None
    assert target_of("<b> </b>") is None
