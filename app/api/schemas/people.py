# SPDX-License-Identifier: Apache-2.0
"""What callers send about people; a person itself comes with an incident (`NewPerson`)."""

from app.api.schemas.fields import Body, Citation, EdtfDate, Line, example
from app.domain.vocabulary import PersonStanding


class NewPersonStatement(Body):
    """What a source states became of a person; it counts once somebody else has verified it."""

    model_config = example(
        {
            "standing": "exiled",
            "date": "2026-01",
            "source": {"type": "news", "title": "Editor left", "url": "https://news.example/2"},
        }
    )

    standing: PersonStanding
    date: EdtfDate
    detail: Line | None = None
    source: Citation | None = None
