# SPDX-License-Identifier: Apache-2.0
"""Logging in at the desk: who gets in, for how long, and what another site can do with it."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.domain.vocabulary import Role
from app.services import access
from app.storage.database import Sessions
from app.storage.desk_sessions import DeskSession, forget_sessions
from app.web.login_limit import MOST_ADDRESSES, FailedLogins
from tests.make import NOW
from tests.web.desk.conftest import Browser, Clock

KeyOf = Callable[..., tuple[uuid.UUID, str]]
AtDesk = Callable[..., Browser]


def test_a_key_opens_the_desk(browser: Browser, key_of: KeyOf, sessions: Sessions) -> None:
    """The cookie is for no script, no other site and the desk alone; its token is not stored."""
    _, key = key_of(Role.MONITOR)

    answer = browser.log_in(key)

    said = answer.headers["set-cookie"]
    token = browser.cookies["qalam_desk"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert all(part in said for part in ("HttpOnly", "SameSite=strict", "Path=/desk"))
    assert "Secure" not in said
    assert len(token) >= 43
    assert browser.get("/desk").status_code == 200
    with sessions.reading() as session:
        row = session.scalars(sa.select(DeskSession)).one()
        assert token not in (row.digest, str(row.id))


def test_over_https_the_cookie_is_secure(desk_app: object, key_of: KeyOf) -> None:
    """Where people come by https, the browser sends it over nothing else."""
    browser = Browser(desk_app, base="https://qalam.example")  # type: ignore[arg-type]

    answer = browser.log_in(key_of()[1])

    assert "Secure" in answer.headers["set-cookie"]


def test_without_a_session_every_page_leads_to_the_login_and_back(
    browser: Browser, key_of: KeyOf
) -> None:
    """Whoever is not logged in is asked, and then gets where they wanted to go."""
    asked = browser.get("/desk/triage?needs=decision")
    address = asked.headers["location"]
    browser.get(address)

    answer = browser.post("/desk/login", {"key": key_of()[1], "next": browser.hidden("next")})

    assert (asked.status_code, answer.headers["location"]) == (303, "/desk/triage?needs=decision")


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/desk//evil.example", "/\\evil", "/desk\n"],
)
def test_a_login_leads_nowhere_else(browser: Browser, key_of: KeyOf, wanted: str) -> None:
    """No address of another site is ever gone to."""
    answer = browser.post("/desk/login", {"key": key_of()[1], "next": wanted})

    assert answer.headers["location"] == "/desk"


def test_a_wrong_key_is_told_and_ten_of_them_must_wait(
    browser: Browser, key_of: KeyOf, clock: Clock
) -> None:
    """Mistyped and unknown keys get one sentence; trying on and on gets a pause of minutes."""
    right = key_of()[1]
    wrong = [browser.log_in(right[:-1] + "0") for _ in range(10)]

    refused = browser.log_in(right)
    clock.pass_by(minutes=6)
    later = browser.log_in(right)

    assert {one.status_code for one in wrong} == {401}
    assert right[:-1] not in wrong[0].text
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 301
    assert later.status_code == 303


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARTNER, Role.AUDITOR])
def test_keys_of_machines_and_readers_stay_outside(
    browser: Browser, key_of: KeyOf, role: Role
) -> None:
    """A key with nothing to do at the desk is told so."""
    answer = browser.log_in(key_of(role)[1])

    assert answer.status_code == 403
    assert "nothing to do at the desk" in answer.text


def test_a_session_ends_with_its_key_at_once(
    browser: Browser, key_of: KeyOf, sessions: Sessions
) -> None:
    """Revoking a key ends its sessions at their next request."""
    key_id, key = key_of()
    browser.log_in(key)
    with sessions.writing() as session:
        access.revoke_key(session, key_id, now=NOW)

    assert browser.get("/desk").status_code == 303


def test_a_session_ends_unused_and_in_any_case(
    browser: Browser, key_of: KeyOf, clock: Clock
) -> None:
    """An hour without use ends it; in use it lasts twelve hours and no longer."""
    key = key_of()[1]
    browser.log_in(key)
    clock.pass_by(minutes=61)
    idle = browser.get("/desk").status_code
    browser.log_in(key)
    used = []
    for _ in range(15):
        clock.pass_by(minutes=50)
        used.append(browser.get("/desk").status_code)

    assert idle == 303
    assert used == [200] * 14 + [303]


def test_logging_out_ends_it_for_good(at_desk: AtDesk) -> None:
    """The cookie goes, and the token it held opens nothing."""
    browser = at_desk()
    token = browser.cookies["qalam_desk"]

    answer = browser.send("/desk", "/desk/logout")

    assert answer.headers["location"] == "/desk/login?left=1"
    assert "qalam_desk" not in browser.cookies
    browser.cookies.set("qalam_desk", token, domain="qalam", path="/desk")
    assert browser.get("/desk").status_code == 303


def test_sessions_of_a_key_are_listed_and_ended(desk_app: object, key_of: KeyOf) -> None:
    """Every browser of one's key is listed, and all others can be ended; nobody else's."""
    key = key_of()[1]
    here, there, other = (Browser(desk_app) for _ in range(3))  # type: ignore[arg-type]
    here.log_in(key)
    there.log_in(key)
    other.log_in(key_of(Role.EDITOR, "dana")[1])

    listed = here.get("/desk/sessions").text.count('<th scope="row">')
    here.send("/desk/sessions", "/desk/sessions/end-others")

    assert listed == 2
    assert [one.get("/desk").status_code for one in (here, there, other)] == [200, 303, 200]


def test_another_keys_session_cannot_be_ended(
    at_desk: AtDesk, key_of: KeyOf, browser: Browser, sessions: Sessions
) -> None:
    """An id is no permission."""
    key_id, key = key_of(Role.EDITOR, "dana")
    browser.log_in(key)
    with sessions.reading() as session:
        query = sa.select(DeskSession.id).where(DeskSession.key_id == key_id)
        theirs = session.scalars(query).one()

    at_desk().send("/desk/sessions", f"/desk/sessions/{theirs}/end")

    assert browser.get("/desk").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_does_nothing(at_desk: AtDesk, headers: dict[str, str]) -> None:
    """Even with the right token, what another site sends is refused."""
    browser = at_desk()
    browser.get("/desk")
    token = browser.hidden("form_token")

    answer = browser.post("/desk/logout", {"form_token": token}, headers=headers)

    assert answer.status_code == 403
    assert browser.get("/desk").status_code == 200


def test_a_form_without_the_sessions_token_asks_again(at_desk: AtDesk) -> None:
    """A form of another session does nothing until its sender has looked at it."""
    browser = at_desk()

    answer = browser.post("/desk/sessions/end-others", {"form_token": "0" * 64})

    assert answer.status_code == 200
    assert "What you typed is still here" in answer.text


def test_what_was_typed_outlives_a_session(at_desk: AtDesk, key_of: KeyOf, clock: Clock) -> None:
    """Logged out while writing: one login later the same words stand in the same form."""
    browser = at_desk()
    browser.get("/desk/sources/new")
    token = browser.hidden("form_token")
    clock.pass_by(hours=2)
    typed = {"form_token": token, "name": "A <b>long</b> name", "minutes": "90", "kind": "feed"}

    asked = browser.post("/desk/sources/new", typed)
    kept = {
        name: browser.hidden(name) for name in ("next", "kept.name", "kept.minutes", "kept.kind")
    }
    resumed = browser.post("/desk/login", {**kept, "key": key_of(Role.EDITOR, "dana")[1]})
    again = {
        name: browser.hidden(name) for name in ("form_token", "name", "minutes", "kind", "resumed")
    }
    form = browser.post("/desk/sources/new", again)

    assert (asked.status_code, resumed.status_code, form.status_code) == (401, 200, 200)
    assert 'value="A &lt;b&gt;long&lt;/b&gt; name"' in form.text
    assert 'value="90"' in form.text


def test_an_ended_session_that_typed_nothing_begins_at_the_desk(
    at_desk: AtDesk, key_of: KeyOf, clock: Clock
) -> None:
    """A mere press after the end of a session is not done later, and leads to no broken page."""
    browser = at_desk()
    browser.get("/desk/sessions")
    token = browser.hidden("form_token")
    clock.pass_by(hours=2)

    asked = browser.post("/desk/sessions/end-others", {"form_token": token})
    answer = browser.post("/desk/login", {"key": key_of()[1], "next": browser.hidden("next")})

    assert asked.status_code == 401
    assert answer.headers["location"] == "/desk"


def test_sessions_that_are_over_are_forgotten(at_desk: AtDesk, sessions: Sessions) -> None:
    """Nothing of a session outlives it for long."""
    at_desk()
    with sessions.writing() as session:
        forget_sessions(session, now=NOW, idle_since=NOW - timedelta(hours=24))
        kept = session.scalar(sa.select(sa.func.count()).select_from(DeskSession))
        forget_sessions(session, now=NOW + timedelta(hours=12), idle_since=NOW)
        left = session.scalar(sa.select(sa.func.count()).select_from(DeskSession))

    assert (kept, left) == (1, 0)


def test_the_count_of_failed_logins_is_bounded() -> None:
    """However many addresses try, memory holds only the last of them."""
    failed = FailedLogins()
    for number in range(MOST_ADDRESSES + 10):
        failed.note(f"address {number}", NOW)

    assert len(failed._tries) == MOST_ADDRESSES
    assert failed.wait("address 0", NOW) is None


def test_pages_of_the_desk_are_kept_by_nobody(at_desk: AtDesk) -> None:
    """No cache keeps them, and they hold no script or style of their own."""
    browser = at_desk()

    for path in ("/desk", "/desk/triage", "/desk/sources", "/desk/sources/new", "/desk/sessions"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-store"
        assert "<style" not in answer.text
        assert " style=" not in answer.text
        assert answer.text.count("<script") == 1
        assert " on" + "click=" not in answer.text


def test_a_verifier_has_no_business_with_reports(at_desk: AtDesk) -> None:
    """Pages follow the scopes of the key, as the API does."""
    browser = at_desk(Role.VERIFIER, "vera")

    assert browser.get("/desk").status_code == 200
    assert browser.get("/desk/triage").status_code == 403
    assert browser.get("/desk/sources").status_code == 403
