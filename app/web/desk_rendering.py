# SPDX-License-Identifier: Apache-2.0
"""Pages of the desk: never kept by a cache, and with what every form of the session carries."""

from datetime import datetime

from fastapi import Request, Response

from app.domain.vocabulary import Scope
from app.errors import QalamError
from app.web.desk_access import Desk
from app.web.rendering import page


def desk_page(
    request: Request,
    template: str,
    desk: Desk | None,
    *,
    now: datetime,
    status: int = 200,
    twin: str | None = None,
    **context: object,
) -> Response:
    """Return a page for whoever is logged in; without a session, the login itself."""
    return page(
        request,
        f"desk/{template}",
        now=now,
        twin=twin,
        status=status,
        private=True,
        desk=desk,
        form_token=desk.form_token if desk else "",
        who=desk.viewer.name if desk else "",
        triages=desk.triages if desk else False,
        writes=desk.may(Scope.INCIDENTS_WRITE) if desk else False,
        **context,
    )


def by_field(error: QalamError, *known: str) -> tuple[dict[str, str], list[str]]:
    """Return the sentences of an error beside the fields they are of, and those that have none."""
    beside: dict[str, str] = {}
    others: list[str] = []
    for one in error.errors:
        field = one.pointer.removeprefix("/").partition("/")[0]
        if field in known and field not in beside:
            beside[field] = one.message
        elif field not in known:
            others.append(one.message)
    return beside, others if error.errors else [error.detail]
