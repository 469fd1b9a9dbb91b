# SPDX-License-Identifier: Apache-2.0
"""`/agent/…`: what remote vantages say and are told. The protocol is `docs/agent-protocol.md`."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from app.api import answers
from app.api.dependencies import NowDep, SiteWriter, ViewerDep, WritingDep
from app.api.idempotency import OnceDep
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.domain.agents.protocol import BATCH_BYTES, SIGNATURE_HEADER, Enrolment
from app.errors import InvalidInput, MalformedRequest, TooLarge
from app.services import agents, assignments, batch_reading, batches
from app.storage.agents import Agent

router = APIRouter(tags=["agents"])
invitations = APIRouter(tags=["agents"], route_class=StrictRoute)


async def _body(request: Request) -> bytes:
    """Return the body as it came, refusing it as soon as it is over the bound."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BATCH_BYTES:
            raise TooLarge(f"a body may have {BATCH_BYTES} bytes: send half of it")
    return bytes(body)


BodyDep = Annotated[bytes, Depends(_body)]


def _agent(session: WritingDep, caller: ViewerDep, now: NowDep) -> Agent:
    return agents.of_caller(session, caller, now=now)


AgentDep = Annotated[Agent, Depends(_agent)]


@router.post("/agent/enrol", status_code=201, responses=responses(400, 403, 413, 422))
def enrol(body: BodyDep, session: WritingDep, now: NowDep) -> Response:
    """Exchange a one-time token for a key; the key is shown in this answer and never again."""
    try:
        asked = msgspec.json.decode(body, type=Enrolment)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the enrolment is not complete: {error}") from None
    except (msgspec.DecodeError, RecursionError):
        raise MalformedRequest("the body is not JSON that can be read") from None
    return answers.item(agents.enrol(session, asked, now=now), status=201)


@router.get("/agent/assignments", responses=responses(401, 403, 410))
def read_assignments(
    request: Request, agent: AgentDep, session: WritingDep, now: NowDep
) -> Response:
    """Return what this agent is asked to do; 304 while it has not changed."""
    policy = request.app.state.watch
    snapshot = assignments.assignments(session, agent, now=now, policy=policy)
    etag = f'"{snapshot.version}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    answer = answers.item(snapshot)
    answer.headers.update(headers)
    return answer


@router.get("/agent/control", responses=responses(401, 403, 410))
def poll(request: Request, agent: AgentDep, session: WritingDep, now: NowDep) -> Response:
    """Return the version of the assignments in force, and urgent work: controls and re-checks."""
    policy = request.app.state.watch
    return answers.item(assignments.poll(session, agent, now=now, policy=policy))


@router.post("/agent/batches", responses=responses(400, 401, 403, 410, 413, 422))
def hand_in(
    request: Request, body: BodyDep, agent: AgentDep, session: WritingDep, now: NowDep
) -> Response:
    """Take a signed batch of measurements: each is stored, was stored before, or is refused."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    opened = batch_reading.open_batch(agent, body, signature)
    for one in opened.batch.bodies.values():
        request.app.state.bodies.put(one)
    receipt = batches.receive(session, agent, opened, now=now, alerts=request.app.state.alerts)
    return answers.item(receipt)


@invitations.post(
    "/vantages/{code}/invitation", status_code=201, responses=responses(401, 403, 404, 409)
)
def invite(
    code: str, session: WritingDep, caller: SiteWriter, now: NowDep, once: OnceDep
) -> Response:
    """Make a one-time token for this vantage's agent; it is shown in this answer, and works an hour."""
    return once(
        lambda: answers.item(
            agents.invite(session, code, now=now, actor_id=caller.key_id), status=201
        )
    )


@invitations.delete("/vantages/{code}/agent", status_code=204, responses=responses(401, 403, 404))
def revoke(code: str, session: WritingDep, caller: SiteWriter, now: NowDep) -> Response:
    """Take this vantage's agent out of service; what it measured stays."""
    agents.revoke(session, code, now=now, actor_id=caller.key_id)
    return Response(status_code=204)


router.include_router(invitations)
