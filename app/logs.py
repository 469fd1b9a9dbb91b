# SPDX-License-Identifier: Apache-2.0
"""Logging: one event a line, a verb in the past and ids; never names, addresses of people or keys."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_KEY = re.compile(r"qlm_[0-9A-Za-z]{8,}|whsec_[0-9A-Za-z+/=]{8,}")


def _redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _KEY.sub("[redacted]", value)
    return event


def configure_logs(*, level: str = "INFO") -> None:
    """Send structured JSON lines to standard error; access logs with client addresses stay off."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # That a loop is still busy when its next turn comes is no news; a loop that stalls is told by
    # its heartbeat.
    for quiet in ("uvicorn.access", "httpx", "apscheduler"):
        logging.getLogger(quiet).setLevel(logging.ERROR)
