# SPDX-License-Identifier: Apache-2.0
"""`/countries/{code}/briefing.{form}`, and the form on a country's page that leads to it."""

import json
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app.domain.vocabulary import Role, WorkflowStatus
from app.services import example
from app.storage.database import Sessions
from tests import make
from tests.client import Client
from tests.make import NOW

ADDRESS = "/api/v1/countries/KZ/briefing"
PERIOD = "from=2012-01&to=2013-11"

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
}


@pytest.fixture
def founding(sessions: Sessions) -> None:
    """The founding example in the database of the application."""
    with sessions.writing() as session:
        example.load(session, now=NOW)


@pytest.mark.usefixtures("founding")
def test_every_form_comes_with_its_type_and_a_name(public: Client) -> None:
    """Word, PDF, HTML, Markdown and JSON, each under a file name that says what is in it."""
    for form, media_type in TYPES.items():
        answer = public.get(f"{ADDRESS}.{form}?{PERIOD}&language=ru")

        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == media_type
        name = f'filename="briefing-KZ-2012-01-2013-11-ru.{form}"'
        assert name in answer.headers["content-disposition"]
        assert answer.content
    page = public.get(f"{ADDRESS}.html?{PERIOD}&language=kk")
    assert '<html lang="kk">' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script" not in page.headers["content-security-policy"]


@pytest.mark.usefixtures("founding")
def test_an_unchanged_briefing_is_not_sent_again(public: Client, sessions: Sessions) -> None:
    """The ETag stands while the record does, and moves with what everybody sees, not with hidden work."""
    address = f"{ADDRESS}.json?{PERIOD}"
    first = public.get(address)
    held = {"If-None-Match": first.headers["etag"]}

    assert public.get(address, headers=held).status_code == 304
    other = public.get(f"{address}&language=ru", headers=held)
    assert other.status_code == 200
    with sessions.writing() as session:
        make.incident(session, date="2013-05-01", title="New")
    again = public.get(address, headers=held)
    assert again.status_code == 200
    assert json.loads(again.content)["data_version"] != first.json()["data_version"]


def test_the_audience_needs_its_key(
    public: Client, caller: Callable[[Role, str], Client], sessions: Sessions
) -> None:
    """The desk's briefing goes to the desk only; with a key of the desk the public one stays public."""
    with sessions.writing() as session:
        make.incident(session, title="Zq9 unseen", status=WorkflowStatus.VERIFIED)
    address = f"{ADDRESS}.md?from=2025&to=2026"
    desk = caller(Role.EDITOR, "desk")

    assert public.get(f"{address}&audience=desk").status_code == 403
    assert caller(Role.MONITOR, "m").get(f"{address}&audience=desk").status_code == 403
    assert public.get(f"{address}&audience=partner").status_code == 403
    assert caller(Role.PARTNER, "p").get(f"{address}&audience=partner").status_code == 200
    assert "Zq9 unseen" in desk.get(f"{address}&audience=desk").text
    assert "Zq9" not in desk.get(address).text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2013-12&to=2013-11", 422),
        ("from=yesterday", 422),
        ("language=xx", 422),
        ("audience=nobody", 422),
        ("colour=red", 422),
    ],
)
def test_what_cannot_be_made_is_refused(public: Client, query: str, status: int) -> None:
    """Wrong periods, languages and parameters are refused with a sentence."""
    answer = public.get(f"{ADDRESS}.md?{query}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_addresses_are_refused(public: Client) -> None:
    """There is no such country, and no such form."""
    assert public.get("/api/v1/countries/ZZ/briefing.md").status_code == 404
    assert public.get(f"{ADDRESS}.odt").status_code == 422


@pytest.mark.usefixtures("founding")
def test_the_form_on_the_page_leads_to_the_briefing(public: Client) -> None:
    """A reader chooses on the country's page, and gets the file."""
    page = public.get("/countries/KZ")
    assert 'action="/countries/KZ/briefing"' in page.text
    sent = public.get("/countries/KZ/briefing?first=2012-01&last=2013-11&language=kk&form=html")

    assert sent.status_code == 303
    assert sent.headers["location"] == f"{ADDRESS}.html?{PERIOD}&language=kk"
    assert public.get(sent.headers["location"]).status_code == 200
    assert public.get("/countries/KZ/briefing?first=x").status_code == 422
    assert public.get("/countries/KZ/briefing?form=exe").status_code == 422


def test_it_is_described(app: FastAPI) -> None:
    """OpenAPI tells of the address, its parameters and every type it answers with."""
    described = app.openapi()["paths"]["/api/v1/countries/{code}/briefing.{form}"]["get"]

    assert {one["name"] for one in described["parameters"]} >= {
        "code",
        "form",
        "from",
        "to",
        "language",
        "audience",
    }
    assert set(described["responses"]["200"]["content"]) == {
        one.partition(";")[0] for one in TYPES.values()
    }
