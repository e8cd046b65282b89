"""The clock that everything asks."""

from datetime import UTC, datetime, timedelta

from deskhand.kit.clock import SystemClock


def test_the_system_clock_gives_the_present_moment_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert before <= now <= datetime.now(UTC)
