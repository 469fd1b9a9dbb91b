# SPDX-License-Identifier: Apache-2.0
"""How evidence reads: what everybody is told of it, and what its own people see beside.

Never public: the name the file had, who handed it in and when, what it was called by its sender.
"""

from typing import Any

from app.domain.vocabulary import CopyState
from app.services.citations import citation_view
from app.storage.evidence import Evidence
from app.storage.incidents import Incident


def is_public(one: Evidence) -> bool:
    """Whether everybody may know of this evidence, once its incident is public."""
    return one.is_public and one.withdrawn_at is None


def evidence_views(row: Incident, *, full: bool) -> list[dict[str, Any]]:
    """Return the evidence of an incident, oldest first; to everybody what is public of it."""
    return [evidence_view(row, one, full=full) for one in row.evidence if full or is_public(one)]


def evidence_view(row: Incident, one: Evidence, *, full: bool) -> dict[str, Any]:
    """Show one piece of evidence."""
    file = one.file
    tells_day = one.captured_at is not None and not row.is_at_risk
    view: dict[str, Any] = {
        "id": one.id,
        "incident_id": one.incident_id,
        "description": one.description,
        "type": file.sniffed_type,
        "size": file.size,
        "sha256": file.sha256,
        "captured_on": one.captured_at.date() if one.captured_at and tells_day else None,
        "is_graphic": one.is_graphic,
        "source": citation_view(one.citation, full=full),
        "public_copy": _copy_view(one),
    }
    return view | _beside(one) if full else view


def _copy_view(one: Evidence) -> dict[str, Any]:
    file = one.file
    is_made = file.copy_state is CopyState.MADE
    return {
        "state": file.copy_state,
        "reason": file.copy_reason,
        "type": file.copy_type,
        "size": file.copy_size,
        "sha256": file.copy_sha256,
        "url": f"/api/v1/evidence/{one.id}/file" if is_made and one.withdrawn_at is None else None,
    }


def _beside(one: Evidence) -> dict[str, Any]:
    """Return what only those see who work on the incident."""
    return {
        "is_public": one.is_public,
        "decided_by": one.decided_by_id,
        "decided_at": one.decided_at,
        "file_name": one.file_name,
        "declared_type": one.declared_type,
        "captured_at": one.captured_at,
        "captured_url": one.captured_url,
        "captured_with": one.captured_with,
        "uploaded_by": one.uploaded_by_id,
        "uploaded_at": one.uploaded_at,
        "withdrawn_at": one.withdrawn_at,
        "withdrawn_reason": one.withdrawn_reason,
        "stored_at": one.file.stored_at,
        "checked_at": one.file.checked_at,
        "fault": one.file.fault,
        "version": one.version,
    }
