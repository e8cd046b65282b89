"""The one error tree. Every slice above derives its errors from here; nothing lies below.

    DeskhandError
    ├── BadInput            400  the request cannot be understood
    │   └── InvalidValue    422  one value is out of its range
    ├── NotSignedIn         401
    ├── NotAllowed          403
    ├── NotFound            404  also what another tenant's id answers
    ├── Conflict            409  the state forbids it
    │   └── KeyReused       409  an idempotency key came again with another request
    ├── TooLarge            413
    ├── UnsupportedType     415
    ├── TooManyRequests     429
    ├── Unavailable         503  something we depend on is down
    └── Misconfigured       500  the operator must change a setting; stops a command with exit code 2

A slice's own error derives from one of these and overrides `code`. The code is stable and public: clients
may branch on it. `detail` is shown to whoever made the request: it quotes the value and says the next step,
and never holds a secret or another tenant's data.
"""

from typing import ClassVar


class DeskhandError(Exception):
    """Base of all expected failures: a stable `code`, an HTTP `status`, a `title` and one `detail` sentence."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str) -> None:
        """`detail` is one sentence for the person who made the request."""
        super().__init__(detail)
        self.detail = detail


class BadInput(DeskhandError):
    code = "bad_input"
    status = 400
    title = "The request could not be understood"


class InvalidValue(BadInput):
    code = "invalid_value"
    status = 422
    title = "A value is not valid"


class NotSignedIn(DeskhandError):
    code = "not_signed_in"
    status = 401
    title = "Sign in first"


class NotAllowed(DeskhandError):
    code = "not_allowed"
    status = 403
    title = "Not allowed"


class NotFound(DeskhandError):
    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(DeskhandError):
    code = "conflict"
    status = 409
    title = "Conflict with the present state"


class KeyReused(Conflict):
    """An idempotency key came again with another request."""

    code = "idempotency_key_reused"
    title = "The idempotency key belongs to another request"


class TooLarge(DeskhandError):
    code = "too_large"
    status = 413
    title = "Too large"


class UnsupportedType(DeskhandError):
    code = "unsupported_type"
    status = 415
    title = "Type not supported"


class TooManyRequests(DeskhandError):
    """`retry_after` says in how many seconds the request may be tried again."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: float) -> None:
        """`retry_after` is in seconds and becomes the `Retry-After` header."""
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(DeskhandError):
    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"


class Misconfigured(DeskhandError):
    code = "misconfigured"
    status = 500
    title = "A setting is wrong"
