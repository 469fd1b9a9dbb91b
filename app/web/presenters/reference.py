# SPDX-License-Identifier: Apache-2.0
"""The API's own description (OpenAPI) as rows for its reference page."""

from collections import defaultdict
from typing import Any

from app import errors
from app.errors import QalamError

_METHODS = ("get", "post", "patch", "delete")


def groups(schema: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the operations by noun, in the order of their addresses."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, methods in sorted(schema["paths"].items()):
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                noun = (operation.get("tags") or ["other"])[0]
                found[noun].append(_operation(path, method, operation))
    return sorted(found.items())


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": one["name"], "where": one["in"], "about": one.get("description", "")}
        for one in operation.get("parameters", ())
    ]
    answers = sorted(status for status in operation["responses"] if status.isdigit())
    return {
        "method": method.upper(),
        "path": path,
        "about": operation.get("description", ""),
        "parameters": parameters,
        "answers": ", ".join(answers),
    }


def problems() -> list[dict[str, Any]]:
    """Return every error the API can answer with: code, status, title, and when it happens."""
    found = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, QalamError) and value.status != 500
    ]
    return [
        {
            "code": one.code,
            "status": one.status,
            "title": one.title,
            "when": (one.__doc__ or "").strip(),
        }
        for one in sorted(found, key=lambda one: (one.status, one.code))
    ]
