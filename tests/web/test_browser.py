# SPDX-License-Identifier: Apache-2.0
"""Every page in a real browser, wide and narrow: nothing overflows, nothing is refused or fails."""

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from app.main import create_app
from app.settings import Settings
from app.storage.database import Sessions, make_engine
from tests.make import NOW
from tests.web.shown import fill

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE, NARROW = (1280, 900), (360, 780)


def find_chromium() -> str | None:
    """Return a browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on a loopback port, and stop when done."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found: install chromium to run the browser tests")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a whole Qalam with something to show."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(sqlite_template, folder / "qalam.db")
    engine = make_engine(f"sqlite:///{folder / 'qalam.db'}")
    sessions = Sessions(engine)
    fill(sessions)
    with served(create_app(Settings(data_dir=folder), sessions, now=lambda: NOW)) as address:
        yield address
    engine.dispose()


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test when the browser complains."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{said.text} {said.location['url']}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    yield page
    context.close()
    # A page that is missing on purpose is told as such.
    assert [one for one in complaints if not one.endswith("/nowhere")] == []


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where QALAM_SCREENSHOTS says so."""
    folder = os.environ.get("QALAM_SCREENSHOTS")
    if folder and page.viewport_size:
        width = page.viewport_size["width"]
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def first(start: str) -> Callable[[Page, str], str]:
    """Find the first address on a list page that leads to one thing."""

    def find(page: Page, address: str) -> str:
        page.goto(f"{address}/{start}")
        pattern = re.compile(rf"/{start}/[0-9a-f-]{{36}}$")
        links = [one.get_attribute("href") or "" for one in page.locator("main a").all()]
        return next(link for link in links if pattern.match(link))

    return find


PAGES: dict[str, str | Callable[[Page, str], str]] = {
    "overview": "/",
    "sites": "/sites",
    "site": first("sites"),
    "incidents": "/incidents",
    "incident": first("incidents"),
    "outlets": "/outlets",
    "outlet": first("outlets"),
    "people": "/people?country=KZ",
    "person": first("people"),
    "alerts": "/alerts",
    "alert": first("alerts"),
    "country": "/countries/KZ",
    "docs": "/docs",
    "problems": "/docs/problems",
    "missing": "/nowhere",
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits(name: str, tab: Page, site: str) -> None:
    """A page shows one heading, fits its window, and the browser has nothing to say."""
    path = PAGES[name]
    where = path if isinstance(path, str) else path(tab, site)

    tab.goto(site + where)

    assert tab.locator("h1").count() == 1
    overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    picture(tab, name)
