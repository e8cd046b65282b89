"""The pauses between attempts, and the seconds a far side asks for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.tools.failures import Failure, Outcome, retry_after_of
from deskhand.tools.retrying import RetryPolicy
from tools.calls import BEGIN

PASSING = Failure(outcome=Outcome.FAR_SIDE, transient=True, far_side=True)
CHANCES = st.floats(0, 1)


@given(st.integers(1, 20), CHANCES, st.floats(0, 100))
def test_a_pause_lies_within_its_bounds_and_the_budget(attempt: int, chance: float, left: float) -> None:
    policy = RetryPolicy(attempts=21)
    pause = policy.pause(PASSING, attempt, left, lambda: chance)
    whole = min(2.0, 0.25 * 2 ** (attempt - 1))
    if pause is None:
        assert left <= whole
    else:
        assert whole / 2 <= pause <= whole
        assert pause < left


@given(st.floats(0, 10), CHANCES)
def test_no_pause_is_shorter_than_asked_for(asked: float, chance: float) -> None:
    failure = Failure(outcome=Outcome.FAR_SIDE, transient=True, retry_after=asked)
    pause = RetryPolicy().pause(failure, 1, 25.0, lambda: chance)
    assert pause is None if asked > 5 else (pause or 0) >= asked


def test_what_is_lasting_and_what_was_the_last_attempt_has_no_pause() -> None:
    policy = RetryPolicy()
    assert policy.pause(Failure(outcome=Outcome.REFUSED), 1, 25.0, lambda: 0.5) is None
    assert policy.pause(PASSING, 3, 25.0, lambda: 0.5) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 120 ", 120.0),
        ("soon", None),
        ("-1", None),
        ("٣", None),
        ("9" * 400, 999_999_999.0),
        ((BEGIN + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT"), 90.0),
        ((BEGIN - timedelta(days=1)).strftime("%a, %d %b %Y %H:%M:%S GMT"), 0.0),
        ((BEGIN + timedelta(seconds=5)).strftime("%a, %d %b %Y %H:%M:%S -0000"), 5.0),
    ],
)
def test_the_seconds_of_a_retry_after_header(header: str | None, seconds: float | None) -> None:
    assert retry_after_of(header, BEGIN) == seconds


@given(st.text())
def test_any_header_is_read_or_passed_over(header: str) -> None:
    found = retry_after_of(header, BEGIN)
    assert found is None or found >= 0
