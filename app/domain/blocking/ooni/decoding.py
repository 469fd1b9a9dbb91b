# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers, decoded strictly: what means two things or nothing is refused in a sentence."""

import json
from typing import Any

from app.errors import MalformedRequest

__all__ = ["decode"]


def decode(body: bytes) -> object:
    """Return the value of a JSON text. Raises MalformedRequest; no part of the text is repeated."""
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise MalformedRequest("not UTF-8: write the measurement in that encoding") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(f"not JSON, from character {error.pos + 1} on") from None
    except RecursionError:
        raise MalformedRequest("not readable: lists and objects are nested too deeply") from None
    except ValueError:
        raise MalformedRequest("not readable: a number has too many digits") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedRequest("a key stands twice in one object: which one is meant?")
    return found


def _no_constant(_name: str) -> float:
    raise MalformedRequest("NaN and Infinity are no numbers of JSON: write null or a number")
