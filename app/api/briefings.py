# SPDX-License-Identifier: Apache-2.0
"""`/countries/{code}/briefing.{form}`: a country briefing as Word, PDF, HTML, Markdown or JSON."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from app.api.conditional import MeasuredDep
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.exports import papers
from app.services import briefing as service
from app.services.briefing_material import Audience, period_of

router = APIRouter(tags=["overview"], route_class=StrictRoute)

# A page of its own: its style is within, and nothing is loaded or run.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class Form(StrEnum):
    """A form in which a briefing leaves."""

    DOCX = "docx"
    PDF = "pdf"
    HTML = "html"
    MD = "md"
    JSON = "json"


_READ_AT_ONCE = frozenset({Form.HTML, Form.JSON})
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The briefing.",
        "content": {
            form.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for form in papers.FORMS.values()
        },
    }
}


@router.get(
    "/countries/{code}/briefing.{form}",
    response_class=Response,
    responses={**responses(401, 403, 404, 422), **_FILES},
)
def read_briefing(
    code: Annotated[str, Path(description="ISO 3166-1 letters, such as KZ.", max_length=2)],
    form: Annotated[Form, Path(description="The form: docx, pdf, html, md or json.")],
    _fresh: MeasuredDep,
    session: ReadingDep,
    viewer: ViewerDep,
    now: NowDep,
    first: Annotated[
        str, Query(alias="from", max_length=20, description="First day, month or year: 2012-01.")
    ] = "",
    last: Annotated[
        str, Query(alias="to", max_length=20, description="Last day, month or year: 2013-11.")
    ] = "",
    language: Annotated[str, Query(max_length=8, description="en, ru or kk.")] = "en",
    audience: Annotated[
        Audience, Query(description="Partners and the desk need a key of theirs.")
    ] = Audience.PUBLIC,
) -> Response:
    """A country briefing; without `from` and `to` of the year to today."""
    window = period_of(first, last, today=now.date())
    made = service.make_briefing(
        session,
        viewer,
        country=code,
        period_from=window.first,
        period_to=window.last,
        language=language,
        audience=audience,
        now=now,
    )
    suffix = f".{form.value}"
    how = "inline" if form in _READ_AT_ONCE else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{papers.file_name(made, suffix)}"'}
    if form is Form.HTML:
        headers["Content-Security-Policy"] = _PAGE_POLICY
    media_type = papers.FORMS[suffix].media_type
    return Response(papers.write(made, suffix), media_type=media_type, headers=headers)
