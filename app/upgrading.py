# SPDX-License-Identifier: Apache-2.0
"""An upgrade: the schema of this version, and then what an earlier one kept in another form.

A door: it commits, the schema in one transaction and the rest in small steps, each of which the next
start goes on behind.
"""

from datetime import datetime

import sqlalchemy as sa

from app.services import redrawing
from app.storage import migrations
from app.storage.database import Sessions


def upgrade(engine: sa.Engine, *, now: datetime) -> None:
    """Bring a database to this version; harmless when it is there already."""
    migrations.upgrade(engine)
    sessions = Sessions(engine)
    with sessions.reading() as session:
        is_done = redrawing.is_noted(session)
    while not is_done:
        with sessions.writing() as session:
            is_done = not redrawing.redraw_some(session, now=now)


def is_ready(engine: sa.Engine) -> bool:
    """Whether a database is of this version, so that it can be read from and worked on."""
    if migrations.current(engine) != migrations.head():
        return False
    with Sessions(engine).reading() as session:
        return redrawing.is_current(session)
