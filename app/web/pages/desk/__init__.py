# SPDX-License-Identifier: Apache-2.0
"""The monitors' desk: every page needs a login, shows what the key sees, and works without scripts."""

from fastapi import APIRouter, FastAPI

from app.web.desk_access import FormOutdated, LoginNeeded
from app.web.login_limit import FailedLogins
from app.web.pages.desk import accepting, deciding, login, logins, sources, triage

router = APIRouter()
for _module in (login, logins, sources, accepting, deciding, triage):
    router.include_router(_module.router)


def install(app: FastAPI) -> None:
    """Send whoever is not logged in to the login, with what they typed."""
    app.state.failed_logins = FailedLogins()
    app.add_exception_handler(LoginNeeded, login.on_login_needed)
    app.add_exception_handler(FormOutdated, login.on_form_outdated)
