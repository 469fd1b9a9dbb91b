# SPDX-License-Identifier: Apache-2.0
"""Remote vantages: who enrolled, with which key, when last heard, and what controls are asked for."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.domain.vocabulary import VantageRole
from app.storage.database import Base, new_id
from app.storage.measurements import MeasurementRow
from app.storage.sites import Vantage


class EnrolmentToken(Base):
    """A token that lets one machine become the agent of one vantage, once."""

    __tablename__ = "enrolment_tokens"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256; the token itself is not kept
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Agent(Base):
    """One enrolled machine. A vantage has one at a time; a new enrolment revokes the old."""

    __tablename__ = "agents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"), index=True)
    key_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("api_keys.id"), unique=True)
    public_key: Mapped[str]  # ed25519, base64
    protocol: Mapped[int]
    software: Mapped[str]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    refused_categories: Mapped[list[str]] = mapped_column(default=list)
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_seq: Mapped[int | None]
    spool_depth: Mapped[int | None]
    clock_offset_ms: Mapped[float | None]
    revoked_at: Mapped[datetime | None]

    vantage: Mapped[Vantage] = relationship(lazy="raise")


class BatchRow(Base):
    """One batch that was handed in: its hash and its signature are the evidence of who said so."""

    __tablename__ = "batches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    seq: Mapped[int]
    received_at: Mapped[datetime]
    sha256: Mapped[str]
    signature: Mapped[str]
    accepted: Mapped[int]
    duplicate: Mapped[int]
    rejected: Mapped[int]


class ControlRequest(Base):
    """A control agent is asked to measure what just failed in the field."""

    __tablename__ = "control_requests"
    __table_args__ = (sa.Index("ix_control_requests_vantage", "vantage_id", "expires_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    field_uid: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("measurements.uid"), index=True)
    vantage_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("vantages.id"))
    site_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("sites.id"))
    url: Mapped[str]
    extra_addresses: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


def find_agent_of_key(session: Session, key_id: uuid.UUID) -> Agent | None:
    """Return the agent that holds this key, revoked or not."""
    return session.scalar(sa.select(Agent).where(Agent.key_id == key_id))


def find_token(session: Session, digest: str) -> EnrolmentToken | None:
    """Return the token with this digest, locked, so that it works once."""
    return session.scalar(
        sa.select(EnrolmentToken).where(EnrolmentToken.digest == digest).with_for_update()
    )


def list_agents(session: Session, role: VantageRole | None = None) -> Sequence[Agent]:
    """Return agents that are not revoked, of vantages that are switched on."""
    query = (
        sa.select(Agent)
        .join(Vantage, Vantage.id == Agent.vantage_id)
        .where(Agent.revoked_at.is_(None), Vantage.is_enabled)
        .order_by(Agent.enrolled_at, Agent.id)
    )
    if role is not None:
        query = query.where(Vantage.role == role)
    return session.scalars(query).all()


def open_requests(
    session: Session, vantage_id: uuid.UUID, *, now: datetime, limit: int
) -> Sequence[ControlRequest]:
    """Return what a control agent is still asked to measure, most urgent first.

    The field's vantages take turns, so that one of many failures does not crowd out the others.
    """
    turn = sa.func.row_number().over(
        partition_by=MeasurementRow.vantage_id, order_by=ControlRequest.expires_at
    )
    return session.scalars(
        sa.select(ControlRequest)
        .join(MeasurementRow, MeasurementRow.uid == ControlRequest.field_uid)
        .where(
            ControlRequest.vantage_id == vantage_id,
            ControlRequest.answered_at.is_(None),
            ControlRequest.expires_at > now,
        )
        .order_by(turn, ControlRequest.expires_at)
        .limit(limit)
    ).all()


def requests_of(session: Session, field_uids: Sequence[uuid.UUID]) -> Sequence[ControlRequest]:
    """Return every control that was asked for these field measurements, locked.

    Of two controls that answer at once the second must see that the first has.
    """
    return session.scalars(
        sa.select(ControlRequest)
        .where(ControlRequest.field_uid.in_(field_uids))
        .order_by(ControlRequest.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
