# SPDX-License-Identifier: Apache-2.0
"""`/countries/{code}/briefing`: where the form of a country's page leads, to the briefing itself."""

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.exports import papers
from app.services import briefing_texts
from app.services.briefing_material import period_of
from app.web.dependencies import NowDep
from app.web.filters import country

router = APIRouter()


@router.get("/countries/{code}/briefing")
def choose_briefing(
    code: str,
    now: NowDep,
    first: str = "",
    last: str = "",
    language: str = "en",
    form: str = "html",
) -> RedirectResponse:
    """Check what was chosen, and send the reader to the file."""
    chosen = country(code) or code
    papers.form_of(f".{form}")
    briefing_texts.load(language)
    period_of(first.strip(), last.strip(), today=now.date())
    said = {"from": first.strip(), "to": last.strip(), "language": language}
    query = urlencode({name: value for name, value in said.items() if value})
    return RedirectResponse(f"/api/v1/countries/{chosen}/briefing.{form}?{query}", status_code=303)
