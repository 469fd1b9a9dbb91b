# SPDX-License-Identifier: Apache-2.0
"""Keys: shown once, refused when wrong, useless when revoked."""

from collections.abc import Callable

from app.domain.vocabulary import Role
from tests.client import Client

Caller = Callable[..., Client]


def test_a_key_is_shown_once(caller: Caller) -> None:
    """The answer that makes a key holds it; the list never does."""
    admin = caller(Role.ADMIN)

    made = admin.post("/api/v1/keys", json={"role": "monitor", "name": "desk"})
    listed = admin.get("/api/v1/keys")

    assert made.status_code == 201
    assert made.json()["key"].startswith("qlm_")
    assert made.json()["key"] not in listed.text


def test_a_key_names_the_person_who_uses_it(caller: Caller) -> None:
    """Where its name says something else; the list tells, and without one the name counts."""
    admin = caller(Role.ADMIN, "root")
    body = {"role": "editor", "name": "phone", "owner": "Dana"}
    assert admin.post("/api/v1/keys", json=body).status_code == 201

    owners = {one["name"]: one["owner"] for one in admin.get("/api/v1/keys").json()["data"]}

    assert owners == {"phone": "Dana", "root": None}


def test_no_key_is_401_and_says_what_to_send(public: Client) -> None:
    """A missing key is a problem with a WWW-Authenticate header."""
    answer = public.get("/api/v1/keys")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


def test_a_wrong_scope_is_403(caller: Caller) -> None:
    """A monitor cannot manage keys."""
    answer = caller(Role.MONITOR).get("/api/v1/keys")

    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"


def test_a_mistyped_key_is_401(caller: Caller, public: Client) -> None:
    """A key with one wrong letter is refused by its checksum, with the same sentence as any other."""
    good = caller(Role.ADMIN).headers["Authorization"].removeprefix("Bearer ")
    wrong = good[:-7] + ("a" if good[-7] != "a" else "b") + good[-6:]

    assert public.with_key(wrong).get("/api/v1/keys").status_code == 401
    assert public.with_key("qlm_x").get("/api/v1/keys").status_code == 401


def test_a_revoked_key_stops_working_at_once(caller: Caller) -> None:
    """The next request after revocation is refused."""
    admin = caller(Role.ADMIN)
    made = admin.post("/api/v1/keys", json={"role": "admin", "name": "other"}).json()
    other = admin.with_key(made["key"])
    assert other.get("/api/v1/keys").status_code == 200

    assert admin.delete(f"/api/v1/keys/{made['id']}").status_code == 204

    assert other.get("/api/v1/keys").status_code == 401


def test_unknown_parameters_and_fields_are_refused(caller: Caller) -> None:
    """A parameter or field that means nothing is an error, never silently dropped."""
    admin = caller(Role.ADMIN)

    parameter = admin.get("/api/v1/keys?colour=red")
    field = admin.post("/api/v1/keys", json={"role": "monitor", "name": "x", "is_admin": True})

    assert parameter.status_code == 422
    assert "red" not in parameter.text
    assert field.status_code == 422
    assert field.json()["errors"] == [
        {"pointer": "/is_admin", "code": "extra_forbidden", "message": "This field does not exist."}
    ]


def test_loose_json_is_refused(caller: Caller) -> None:
    """Repeated keys, NaN, half surrogates, NUL and broken JSON are named as what they are."""
    admin = caller(Role.ADMIN)
    bodies = {
        b'{"role": "monitor", "role": "admin", "name": "x"}': 422,
        b'{"role": "monitor", "name": NaN}': 422,
        b'{"role": "monitor", "name": "\\ud800"}': 422,
        b'{"role": "monitor", "name": "a\\u0000b"}': 422,
        b'{"role": "monitor"': 400,
        b"[" * 100_000: 400,
        b"\xff\xfe": 400,
    }
    headers = {"Content-Type": "application/json"}

    for body, status in bodies.items():
        answer = admin.post("/api/v1/keys", content=body, headers=headers)
        assert answer.status_code == status, body[:40]
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_bound_is_413(caller: Caller) -> None:
    """A body of two megabytes is refused before it is read whole."""
    answer = caller(Role.ADMIN).post(
        "/api/v1/keys",
        content=b" " * (2 * 1024 * 1024),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"
