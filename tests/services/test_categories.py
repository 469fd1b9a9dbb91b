# SPDX-License-Identifier: Apache-2.0
"""Only what an operator stands for is probed."""

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput
from app.services import categories, sites
from app.storage.database import Sessions
from app.storage.sites import Site
from tests.make import NOW

ROWS = (
    "url,category_code\n"
    "https://news.example/,NEWS\nhttps://rights.example/,HUMR\n"
    "https://love.example/,LGBT\nhttps://game.example/,GAME\n"
)


def taken(sessions: Sessions, text: str = ROWS, name: str = "list") -> None:
    """Import a list."""
    with sessions.writing() as session:
        sites.import_list(session, text, list_name=name, licence=None, country=None, now=NOW)


def chosen(sessions: Sessions, code: str, *, probed: bool) -> int:
    """Enable or disable a category."""
    with sessions.writing() as session:
        return categories.choose(session, code, probed=probed, now=NOW)


def probed(sessions: Sessions) -> set[str]:
    """Hosts that are probed."""
    with sessions.reading() as session:
        return set(session.scalars(sa.select(Site.host).where(Site.is_probed)))


def test_other_categories_are_listed_and_not_probed_until_enabled(sessions: Sessions) -> None:
    """The default categories are probed; another one once an operator says so, also later lists'."""
    taken(sessions)
    assert probed(sessions) == {"news.example", "rights.example"}
    assert chosen(sessions, "LGBT", probed=True) == 1
    assert chosen(sessions, "LGBT", probed=True) == 0
    assert probed(sessions) == {"news.example", "rights.example", "love.example"}
    taken(sessions, "url,category_code\nhttps://pride.example/,LGBT\n", name="another")
    assert "pride.example" in probed(sessions)
    taken(sessions)
    assert "love.example" in probed(sessions)


def test_a_category_that_is_disabled_stays_listed(sessions: Sessions) -> None:
    """No packet goes to its sites any more, whatever is imported again."""
    taken(sessions)
    assert chosen(sessions, "HUMR", probed=False) == 1
    taken(sessions)
    assert probed(sessions) == {"news.example"}
    with sessions.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Site)) == 4


def test_a_site_that_moves_to_another_category_follows_its_rule(sessions: Sessions) -> None:
    """A news site that a newer list calls a game is not probed any more, and the other way round."""
    taken(sessions)
    taken(sessions, ROWS.replace("game.example/,GAME", "game.example/,NEWS"))
    assert "game.example" in probed(sessions)
    taken(sessions, ROWS.replace("news.example/,NEWS", "news.example/,GAME"))
    assert "news.example" not in probed(sessions)


def test_sites_that_came_with_measurements_are_not_enabled(sessions: Sessions) -> None:
    """Nobody listed them, so enabling their category contacts none of them."""
    with sessions.writing() as session:
        session.add(
            Site(
                url="https://other.example/",
                host="other.example",
                category_code="MISC",
                list_name=categories.FROM_MEASUREMENTS,
                created_at=NOW,
                updated_at=NOW,
            )
        )
    assert chosen(sessions, "MISC", probed=True) == 0
    assert probed(sessions) == set()


def test_what_is_no_category_is_refused(sessions: Sessions) -> None:
    """A slip of the pen enables nothing."""
    with pytest.raises(InvalidInput, match="three to six letters"):
        chosen(sessions, "N3WS", probed=True)
