"""Failures on the wire: RFC 9457 problem details."""

from collections.abc import Iterator

import pytest

from deskhand.kit.errors import (
    BadInput,
    Conflict,
    DeskhandError,
    InvalidValue,
    Misconfigured,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedType,
)
from deskhand.kit.problems import MEDIA_TYPE, headers_of, problem_of, responses

STATUSES = {
    BadInput: 400,
    InvalidValue: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedType: 415,
    Unavailable: 503,
    Misconfigured: 500,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_an_error_is_shown_with_its_status_code_title_and_detail(kind: type[DeskhandError], status: int) -> None:
    problem = problem_of(kind("It went wrong: try again."), "req_1")

    assert problem.model_dump(exclude_none=True) == {
        "type": "about:blank",
        "title": kind.title,
        "status": status,
        "detail": "It went wrong: try again.",
        "code": kind.code,
        "request_id": "req_1",
    }


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    assert headers_of(TooManyRequests("Slow down.", retry_after=12.4)) == {"Retry-After": "12"}
    assert headers_of(TooManyRequests("Slow down.", retry_after=0.01)) == {"Retry-After": "1"}


def test_who_is_not_signed_in_is_told_how() -> None:
    assert headers_of(NotSignedIn("Sign in.")) == {"WWW-Authenticate": "Bearer"}
    assert headers_of(NotFound("Gone.")) == {}


def every_error(kind: type[DeskhandError] = DeskhandError) -> Iterator[type[DeskhandError]]:
    for below in kind.__subclasses__():
        yield below
        yield from every_error(below)


def test_every_error_there_is_has_a_code_of_its_own_and_a_title() -> None:
    from deskhand import cli  # noqa: F401, PLC0415 - brings in every slice with its errors

    kinds = [kind for kind in every_error() if kind.__module__.startswith("deskhand.")]
    codes = [kind.code for kind in kinds]
    given = [kind.code for kind in kinds if "code" in vars(kind)]  # a narrower kind may keep what clients know already

    assert len(kinds) > 30
    assert sorted({code for code in given if given.count(code) > 1}) == []
    assert all(code == code.lower() and " " not in code for code in codes)
    assert all(kind.title for kind in kinds)


def test_the_document_of_a_failure_says_what_it_means() -> None:
    described = responses(404, 429)

    assert set(described) == {404, 429}
    assert list(described[429]["content"]) == [MEDIA_TYPE]
    assert "Retry-After" in described[429]["description"]
