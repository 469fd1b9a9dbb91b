# SPDX-License-Identifier: Apache-2.0
"""Remote vantages and the machines behind them: invite, enrol, recognise, revoke, miss.

What they are asked to do is `assignments.py`; what they hand in is `batches.py`.
"""

import base64
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.agents.protocol import (
    OFFLINE_AFTER,
    PROTOCOLS,
    TOKEN_VALID_FOR,
    Enrolled,
    Enrolment,
)
from app.domain.alerting.alert import AlertPolicy
from app.domain.visibility import Viewer
from app.domain.vocabulary import Egress, Role, VantageHealth
from app.errors import Conflict, FieldError, Gone, InvalidInput, NotAllowed, NotFound
from app.services import access, watch_alerts
from app.storage import agents, jobs, ledger
from app.storage.agents import Agent, EnrolmentToken
from app.storage.sites import Vantage, find_vantage

_BEAT = "agents"
_INTERRUPTION = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time token, shown once."""

    token: str
    vantage: str
    expires_at: datetime


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(session: Session, code: str, *, now: datetime, actor_id: uuid.UUID | None) -> Invitation:
    """Make a token with which one machine becomes the agent of this vantage, within the hour."""
    vantage = find_vantage(session, code)
    if vantage is None:
        raise NotFound("there is no vantage with this code")
    if vantage.egress is not Egress.AGENT:
        raise Conflict("this vantage is not an agent's: add one with the egress `agent`")
    token = f"qlt_{secrets.token_urlsafe(32)}"
    made = EnrolmentToken(
        vantage_id=vantage.id,
        digest=_digest(token),
        created_at=now,
        expires_at=now + TOKEN_VALID_FOR,
    )
    session.add(made)
    session.flush()
    _note(session, vantage, "invite", now=now, actor_id=actor_id)
    return Invitation(token=token, vantage=code, expires_at=made.expires_at)


def enrol(session: Session, asked: Enrolment, *, now: datetime) -> Enrolled:
    """Exchange a token for a key. Whoever was this vantage's agent before is revoked."""
    if asked.protocol not in PROTOCOLS:
        spoken = ", ".join(str(one) for one in PROTOCOLS)
        raise InvalidInput(
            f"this collector speaks the protocol versions {spoken}: use another version of Qalam",
            errors=(_place("/protocol", "unsupported", "Not spoken here."),),
        )
    if len(asked.public_key) != 32:
        raise InvalidInput(
            "the public key is not an ed25519 key of 32 bytes",
            errors=(_place("/public_key", "bad_key", "Not 32 bytes."),),
        )
    token = agents.find_token(session, _digest(asked.token))
    if token is None or token.used_at is not None or token.expires_at <= now:
        raise NotAllowed("the token is wrong, used or expired: ask for a new one")
    token.used_at = now
    vantage = session.get_one(Vantage, token.vantage_id)
    _revoke_all(session, vantage, now=now)
    key = access.create_key(session, role=Role.AGENT, name=f"agent {vantage.code}", now=now)
    agent = Agent(
        vantage_id=vantage.id,
        key_id=key.id,
        public_key=base64.b64encode(asked.public_key).decode(),
        protocol=asked.protocol,
        software=asked.software[:100],
        consent_version=asked.consent.version[:40],
        consented_at=asked.consent.accepted_at,
        refused_categories=sorted({one[:6] for one in asked.refused_categories[:50]}),
        enrolled_at=now,
        last_seen_at=now,
    )
    session.add(agent)
    vantage.is_enabled = True
    session.flush()
    _note(session, vantage, "enrol", now=now, actor_id=key.id)
    ledger.bump(session, "public", "staff")
    return Enrolled(
        agent=agent.id,
        vantage=vantage.code,
        role=vantage.role,
        country=vantage.country,
        key=key.secret,
        server_time=now,
        protocol=asked.protocol,
    )


def of_caller(session: Session, caller: Viewer, *, now: datetime) -> Agent:
    """Return the agent that calls, and note that it was heard. A revoked one is told so for good."""
    agent = None if caller.key_id is None else agents.find_agent_of_key(session, caller.key_id)
    if agent is None:
        raise NotAllowed("only an agent's key may do this: enrol with `qalam agent`")
    if agent.revoked_at is not None:
        raise Gone("this agent was revoked: it may stop measuring, and needs a new token to return")
    agent.last_seen_at = now
    session.flush()
    return agent


def revoke(session: Session, code: str, *, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Take a vantage's agent out of service; what it measured stays."""
    vantage = find_vantage(session, code)
    if vantage is None:
        raise NotFound("there is no vantage with this code")
    _revoke_all(session, vantage, now=now)
    if vantage.egress is Egress.AGENT:
        vantage.is_enabled = False
    session.flush()
    _note(session, vantage, "revoke", now=now, actor_id=actor_id)
    ledger.bump(session, "public", "staff")


def _revoke_all(session: Session, vantage: Vantage, *, now: datetime) -> None:
    """Revoke a vantage's agent; invitations that were not used by then are worth nothing either."""
    session.execute(
        sa.update(Agent)
        .where(Agent.vantage_id == vantage.id, Agent.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.execute(
        sa.update(EnrolmentToken)
        .where(EnrolmentToken.vantage_id == vantage.id, EnrolmentToken.used_at.is_(None))
        .values(used_at=now)
    )


def notice_silence(session: Session, *, now: datetime, policy: AlertPolicy) -> int:
    """Call vantages offline whose agents are not heard any more; one alert each, and no other.

    Only after this collector itself was up for as long: an agent that could not reach us is not to
    blame for our own absence.
    """
    if now - _up_since(session, now=now) < OFFLINE_AFTER:
        return 0
    silent = 0
    for agent in agents.list_agents(session):
        if now - agent.last_seen_at < OFFLINE_AFTER:
            continue
        vantage = session.get_one(Vantage, agent.vantage_id)
        if vantage.health is VantageHealth.OFFLINE:
            continue
        vantage.health, vantage.health_at = VantageHealth.OFFLINE, now
        vantage.health_reason = "its agent has not been heard for five minutes"
        session.flush()
        watch_alerts.on_health(session, vantage, now=now, policy=policy)
        silent += 1
    if silent:
        ledger.bump(session, "public", "staff")
    return silent


def _up_since(session: Session, *, now: datetime) -> datetime:
    """Since when this collector has been running without a break, as its own heartbeat tells."""
    last = session.get(jobs.Heartbeat, _BEAT)
    since = now
    if last is not None and last.detail is not None and now - last.at <= _INTERRUPTION:
        since = datetime.fromisoformat(last.detail)
    jobs.beat(session, _BEAT, at=now, detail=since.isoformat())
    return since


def _note(
    session: Session, vantage: Vantage, action: str, *, now: datetime, actor_id: uuid.UUID | None
) -> None:
    ledger.record_revision(
        session,
        object_kind="vantage",
        object_id=vantage.id,
        action=action,
        actor_id=actor_id,
        at=now,
    )


def _place(pointer: str, code: str, message: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, message=message)
