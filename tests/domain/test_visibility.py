# SPDX-License-Identifier: Apache-2.0
"""The one rule of who sees an incident, and its twin in SQL."""

import itertools
import uuid

import pytest
import sqlalchemy as sa

from app.domain.visibility import PUBLIC, Viewer, may_see_incident
from app.domain.vocabulary import ROLE_SCOPES, Role, WorkflowStatus
from app.storage.database import Sessions
from app.storage.incidents import Incident, visible_to
from tests import make


def test_the_filter_in_sql_is_the_rule(sessions: Sessions) -> None:
    """For every status, submitter and viewer the query finds what the pure function allows."""
    with sessions.writing() as session:
        keys = [make.viewer(session, role, f"{role.value}") for role in Role]
        viewers = [PUBLIC, *keys, Viewer(role=Role.MONITOR), Viewer(role=Role.EDITOR)]
        monitor = next(one for one in keys if one.role is Role.MONITOR)
        other = make.viewer(session, Role.MONITOR, "another monitor")
        rows = [
            make.incident(session, by=by, status=status)
            for status, by in itertools.product(WorkflowStatus, (monitor, other, make.LOADER))
        ]
        checked = 0
        for viewer in viewers:
            found = set(session.scalars(sa.select(Incident.id).where(visible_to(viewer))))
            allowed = {
                row.id
                for row in rows
                if may_see_incident(viewer, status=row.status, submitter=row.submitted_by_id)
            }
            assert found == allowed, viewer
            checked += len(rows)

    assert checked == len(WorkflowStatus) * 3 * len(viewers)


@pytest.mark.parametrize(
    "status", [one for one in WorkflowStatus if one is not WorkflowStatus.PUBLISHED]
)
def test_only_what_is_published_is_public(status: WorkflowStatus) -> None:
    """Without a key no other status is ever seen, nor with a key that grants nothing."""
    partner = Viewer(key_id=uuid.uuid4(), role=Role.PARTNER, scopes=ROLE_SCOPES[Role.PARTNER])

    for viewer in (PUBLIC, partner):
        assert not may_see_incident(viewer, status=status, submitter=None)
        assert may_see_incident(viewer, status=WorkflowStatus.PUBLISHED, submitter=None)


def test_a_monitor_sees_their_own_and_no_one_elses() -> None:
    """Own means submitted with this key; a missing submitter is nobody's."""
    key_id = uuid.uuid4()
    monitor = Viewer(key_id=key_id, role=Role.MONITOR)

    assert may_see_incident(monitor, status=WorkflowStatus.DRAFT, submitter=key_id)
    assert not may_see_incident(monitor, status=WorkflowStatus.DRAFT, submitter=uuid.uuid4())
    assert not may_see_incident(monitor, status=WorkflowStatus.DRAFT, submitter=None)
    keyless = Viewer(role=Role.MONITOR)
    assert not may_see_incident(keyless, status=WorkflowStatus.DRAFT, submitter=None)
