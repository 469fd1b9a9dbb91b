# SPDX-License-Identifier: Apache-2.0
"""Every failure a caller can meet, as one tree.

    QalamError
    ├── InvalidInput           422  the request is understood and wrong; `errors` names each place
    │   ├── UnknownField       422  a field, filter or sort that does not exist (or is hidden: same answer)
    │   ├── RefusedAddress     422  a URL that must never be contacted
    │   └── IdempotencyMismatch 422 the same Idempotency-Key with another body
    ├── MalformedRequest       400  not the shape this door reads at all
    ├── NotAuthenticated       401  no key, or one that is wrong, expired or revoked
    ├── NotAllowed             403  the key is known and may not do this
    ├── NotFound               404  absent, or invisible to the caller: the same answer
    ├── Conflict               409  the thing's present state does not admit this
    ├── StaleVersion           412  changed by someone else since it was read
    ├── VersionRequired        428  a change must say which version it changes
    ├── TooLarge               413  over a documented bound
    ├── StorageFull            507  no room for more bytes; what is there stays readable
    ├── Gone                   410  it existed and was taken back for good (a revoked agent)
    ├── NotInstalled           501  a part of Qalam that this installation was set up without
    └── WrongSettings          —    a setting stops the start; the message says what to write instead

`code` is stable and documented; `detail` is a sentence for a person and never echoes what was sent.
This module imports nothing of ours.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong place in what was sent: a JSON pointer, a stable code, and a sentence."""

    pointer: str
    code: str
    message: str


class QalamError(Exception):
    """Root of the tree: something a caller can understand and act on."""

    status = 500
    code = "error"
    title = "Something went wrong"

    def __init__(self, detail: str, *, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors


class InvalidInput(QalamError):
    """When the request is understood and a value in it is wrong."""

    status = 422
    code = "invalid_input"
    title = "A value is not valid"


class UnknownField(InvalidInput):
    """When a field, filter or sort key does not exist for this caller."""

    code = "unknown_field"
    title = "Unknown field"


class RetiredTerm(InvalidInput):
    """When a code of the vocabulary is sent that is kept for reading only; its successor is named."""

    code = "retired_term"
    title = "This term is retired"


class RefusedAddress(InvalidInput):
    """When a URL names something Qalam must never contact."""

    code = "refused_address"
    title = "This address is refused"

    def __init__(self, detail: str, *, reason: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail, errors=errors)
        self.reason = reason


class IdempotencyMismatch(InvalidInput):
    """When an Idempotency-Key comes back with another request than the first time."""

    code = "idempotency_mismatch"
    title = "This Idempotency-Key belongs to another request"


class MalformedRequest(QalamError):
    """When the body is not readable at all, or a header is not what this door takes."""

    status = 400
    code = "malformed_request"
    title = "The request cannot be read"


class NotAuthenticated(QalamError):
    """When no valid key was given."""

    status = 401
    code = "not_authenticated"
    title = "A valid API key is needed"


class NotAllowed(QalamError):
    """When the key is valid and its role may not do this."""

    status = 403
    code = "not_allowed"
    title = "This key may not do that"


class NotFound(QalamError):
    """When the thing does not exist, or the caller may not know that it does."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(QalamError):
    """When the present state of the thing does not admit the change."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this"


class StaleVersion(QalamError):
    """When the thing was changed since the caller read it."""

    status = 412
    code = "stale_version"
    title = "Changed since you read it"


class VersionRequired(QalamError):
    """When a change does not say which version it was made against."""

    status = 428
    code = "version_required"
    title = "Say which version you are changing"


class TooLarge(QalamError):
    """When a body or file is over its documented bound."""

    status = 413
    code = "too_large"
    title = "Too large"


class StorageFull(QalamError):
    """When there is no room left for more bytes."""

    status = 507
    code = "storage_full"
    title = "No room left"


class Gone(QalamError):
    """When something existed and was taken back for good."""

    status = 410
    code = "gone"
    title = "Taken back for good"


class NotInstalled(QalamError):
    """When what was asked for needs an extra that is not installed."""

    status = 501
    code = "not_installed"
    title = "Not installed here"


class WrongSettings(QalamError):
    """When a setting makes a start impossible."""

    code = "wrong_settings"
    title = "A setting is wrong"
