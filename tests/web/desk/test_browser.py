# SPDX-License-Identifier: Apache-2.0
"""The desk in a real browser: whole stories by keyboard, without scripts, and on a small screen."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domain.vocabulary import Role
from app.main import create_app
from app.services import access, reports
from app.settings import Settings
from app.storage.database import Sessions, make_engine
from app.storage.reports import Source
from tests import make
from tests.make import NOW
from tests.web.desk.world import fill
from tests.web.test_browser import NARROW, WIDE, browser, picture, served
from tests.workers.receiver import Receiver, receiving, reply
from workers.jobs import reading
from workers.jobs.context import JobContext

__all__ = ["browser"]

pytestmark = pytest.mark.browser

FEED = (Path(__file__).parents[3] / "examples" / "sources" / "press-feed.xml").read_bytes()


@pytest.fixture
def desk(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[str, Sessions, dict[str, Any]]]:
    """A whole Qalam with reports to decide on: its address, its record, what is in it."""
    shutil.copy(sqlite_template, tmp_path / "qalam.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'qalam.db'}")
    sessions = Sessions(engine)
    world = fill(sessions)
    with served(create_app(Settings(data_dir=tmp_path), sessions, now=lambda: NOW)) as address:
        yield address, sessions, world
    engine.dispose()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One person's browser; it fails the test when it has something to complain about."""
    made = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    complaints: list[str] = []
    made.on("console", lambda said: complaints.append(said.text))
    made.on("weberror", lambda error: complaints.append(str(error.error)))
    yield made
    made.close()
    # Answers that say no are told by the browser too.
    assert [one for one in complaints if "status of 4" not in one] == []


def log_in(page: Page, address: str, key: str) -> None:
    """Log in by keyboard: the field has the focus already."""
    page.goto(f"{address}/desk/login")
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def read_sources(sessions: Sessions, server: Receiver) -> None:
    """Let the job come round."""
    context = JobContext(
        sessions=sessions,
        now=lambda: NOW,
        worker="one",
        address="http://qalam.example",
        outbound=server.policy(),
    )
    # In a thread of its own: the browser's driver runs an event loop in this one.
    worker = threading.Thread(target=reading.read_due_sources, args=(context,))
    worker.start()
    worker.join()


def test_from_a_feed_to_a_draft_by_keyboard(
    desk: tuple[str, Sessions, dict[str, Any]], context: BrowserContext
) -> None:
    """A wrong key, a right one; a source added and run; its report accepted; the draft is there."""
    address, sessions, world = desk
    page = context.new_page()
    log_in(page, address, world["key"][:-1] + "!")
    expect(page.get_by_role("alert")).to_contain_text("mistyped, unknown, expired or revoked")
    page.keyboard.type(world["key"])
    page.keyboard.press("Enter")
    expect(page.get_by_text("At the desk as dana")).to_be_visible()

    page.goto(f"{address}/desk/sources/new")
    page.get_by_role("textbox", name="Name").fill("Press feed")
    page.get_by_role("textbox", name="Address").fill("https://feeds.test/feed")
    page.get_by_role("textbox", name="Mapping").fill("country==KZ")
    page.get_by_role("button", name="Add the source").click()
    expect(page.get_by_role("status")).to_contain_text("added")
    with receiving(lambda _: reply(body=FEED)) as server:
        with sessions.writing() as session:
            # Only the tests' own server stands elsewhere than where the web is.
            row = session.scalars(sa.select(Source).where(Source.name == "Press feed")).one()
            row.address = server.url("feeds.test", "/feed")
            for other in session.scalars(sa.select(Source).where(Source.id != row.id)):
                other.is_paused = True
        page.get_by_role("button", name="Run Press feed now").click()
        read_sources(sessions, server)
    page.reload()
    expect(page.locator("li", has_text="Press feed")).to_contain_text("three new")

    page.goto(f"{address}/desk/triage?source={row.id}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/triage/*-*")
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.keyboard.press("a")
    page.wait_for_url("**/accept**")
    page.get_by_label("Title").fill("What I make of it")
    page.locator("select[name=more]").select_option("threat_harassment")
    page.get_by_label("When").fill("2026-02-28")
    page.get_by_label("Title").press("Enter")

    page.wait_for_url("**/desk/incidents/**")
    expect(page.get_by_role("status")).to_contain_text("this is your draft")
    expect(page.get_by_role("heading", level=1)).to_have_text("What I make of it")


def test_setting_aside_attaching_and_looking_again_by_keyboard(
    desk: tuple[str, Sessions, dict[str, Any]], context: BrowserContext
) -> None:
    """r asks for the reason, t attaches, s says that what was decided stands."""
    address, _, world = desk
    page = context.new_page()
    log_in(page, address, world["key"])
    page.wait_for_url("**/desk")

    page.goto(f"{address}/desk/triage/{world['hostile']}")
    page.keyboard.press("r")
    page.keyboard.type("a test of somebody")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Set aside: Hostile <script>")
    page.goto(f"{address}/desk/triage/{world['report']}")
    page.keyboard.press("t")
    expect(page.get_by_role("status")).to_contain_text("Attached: Journalist Lukpan")
    page.goto(f"{address}/desk/triage/{world['changed']}?needs=look_again")
    page.keyboard.press("s")
    expect(page.get_by_role("status")).to_contain_text("what was decided stands")


def test_a_colleague_was_quicker(
    desk: tuple[str, Sessions, dict[str, Any]], context: BrowserContext
) -> None:
    """Two people on one report: the slower is told who, when and why, and their words stay."""
    address, sessions, world = desk
    page = context.new_page()
    log_in(page, address, world["key"])
    page.wait_for_url("**/desk")
    page.goto(f"{address}/desk/triage/{world['court']}/accept")
    page.get_by_label("Title").fill("Words that must not be lost")
    page.get_by_label("Place").fill("Алматы")
    with sessions.writing() as session:
        other = make.viewer(session, Role.EDITOR, "erlan")
        reports.reject_report(session, other, world["court"], reason="a duplicate", now=NOW)

    page.get_by_role("button", name="Accept as a draft").click()

    expect(page.get_by_role("alert")).to_contain_text("Set aside by erlan on 2 March 2026")
    expect(page.get_by_label("Title")).to_have_value("Words that must not be lost")
    expect(page.get_by_label("Place")).to_have_value("Алматы")
    picture(page, "desk-conflict")
    page.locator("select[name=more]").select_option("civil_suit")
    page.get_by_label("When").fill("2026-02-28")
    page.locator("input[name=target]").first.check()
    page.get_by_role("button", name="Accept all the same").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Words that must not be lost")


def test_a_session_that_ends_while_somebody_writes(
    desk: tuple[str, Sessions, dict[str, Any]], context: BrowserContext
) -> None:
    """Revoked while writing: with another key the same words are in the same form again."""
    address, sessions, world = desk
    page = context.new_page()
    with sessions.writing() as session:
        first = access.create_key(session, role=Role.MONITOR, name="aizhan", now=NOW)
    log_in(page, address, first.secret)
    page.wait_for_url("**/desk")
    page.goto(f"{address}/desk/triage/{world['court']}/accept")
    page.get_by_label("Title").fill("Words that must not be lost")
    with sessions.writing() as session:
        access.revoke_key(session, first.id, now=NOW)
    page.get_by_role("button", name="Accept as a draft").click()

    expect(page.get_by_role("alert")).to_contain_text("what you typed is kept")
    page.get_by_label("Your key").fill(world["key"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Go on with it").click()

    expect(page.get_by_label("Title")).to_have_value("Words that must not be lost")


def test_everything_works_without_scripts(
    desk: tuple[str, Sessions, dict[str, Any]],
    browser: Browser,
) -> None:
    """Log in, tick a suggestion, accept, set another aside, log out: forms alone."""
    address, _, world = desk
    made = browser.new_context(java_script_enabled=False)
    page = made.new_page()
    page.goto(f"{address}/desk/login")
    page.get_by_label("Your key").fill(world["key"])
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{address}/desk/triage/{world['report']}")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="Accept as a draft").click()
    expect(page.get_by_role("status")).to_contain_text("this is your draft")
    page.goto(f"{address}/desk/triage/{world['hostile']}")
    page.get_by_role("button", name="Set aside").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Set aside because").fill("a test")
    page.get_by_role("button", name="Set aside").click()
    expect(page.get_by_role("status")).to_contain_text("Set aside")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_contain_text("You are logged out")
    made.close()


def paths(world: dict[str, Any]) -> dict[str, str]:
    """Return the pages of the desk."""
    return {
        "home": "/desk",
        "triage": "/desk/triage",
        "report": f"/desk/triage/{world['report']}",
        "changed": f"/desk/triage/{world['changed']}",
        "accept": f"/desk/triage/{world['report']}/accept?tick=0",
        "sources": "/desk/sources",
        "new-source": "/desk/sources/new",
        "source": f"/desk/sources/{world['broken']}",
        "sessions": "/desk/sessions",
        "incident": f"/desk/incidents/{world['incident']}",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_can_be_read_by_everybody(
    desk: tuple[str, Sessions, dict[str, Any]],
    browser: Browser,
    scheme: str,
) -> None:
    """Nothing scrolls sideways at 360 pixels; axe finds no breach of WCAG 2 AA where it is installed."""
    address, _, world = desk
    made = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = made.new_page()
    log_in(page, address, world["key"])
    page.wait_for_url("**/desk")
    found: dict[str, object] = {}
    for width, height in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        for name, path in paths(world).items():
            page.goto(address + path)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            found |= {f"{name} {width}": f"{over} too wide"} if over > 0 else {}
            found |= {f"{name} {width}": told} if (told := breaches(page)) else {}
            picture(page, f"desk-{name}-{scheme}")
    made.close()

    assert found == {}


def breaches(page: Page) -> list[str]:
    """Return what axe has to say about a page; nothing where it is not installed."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    wanted = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        "resultTypes": ["violations"],
    }
    told = axe.Axe().run(page, options=wanted).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in told]
