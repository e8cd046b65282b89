"""Pauses and quiet hours: across changes of the clocks, never back in time, never in the night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.crm.pauses import Pause, QuietHours, WrongPause, WrongQuietHours, parse_pause, quiet_hours

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
    ]
)
MOMENTS = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("PT0S", Pause()),
        ("PT30M", Pause(seconds=1_800)),
        ("P1D", Pause(days=1)),
        ("P2W", Pause(days=14)),
        ("P1M", Pause(months=1)),
        ("P1Y", Pause(months=12)),
        ("P1M2DT3H4M5S", Pause(months=1, days=2, seconds=11_045)),
    ],
)
def test_durations_are_read(text: str, pause: Pause) -> None:
    assert parse_pause(text) == pause


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1D", "P1DT", "P-1D", "P1.5D", "PT1H30", "one day", "P1W2D", "P١D", "p1d"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(WrongPause, match="such as PT30M"):
        parse_pause(text)


@pytest.mark.parametrize("text", ["P2Y", "P13M", "P367D", "P1YT1S", "P53W", "PT99999999S", "P366DT1S"])
def test_a_pause_of_more_than_a_year_is_refused(text: str) -> None:
    with pytest.raises(WrongPause, match="longer than a year"):
        parse_pause(text)


def test_a_day_ends_at_the_same_time_of_day_also_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 9, 0, tzinfo=BERLIN)
    after = parse_pause("P1D").after(before, BERLIN)
    assert after.astimezone(BERLIN) == datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN)
    assert after - before.astimezone(UTC) == timedelta(hours=23)


def test_hours_are_counted_as_they_pass() -> None:
    before = datetime(2026, 3, 28, 9, 0, tzinfo=BERLIN)
    assert parse_pause("PT24H").after(before, BERLIN) - before.astimezone(UTC) == timedelta(hours=24)


def test_a_month_after_the_31st_ends_on_the_last_day() -> None:
    assert parse_pause("P1M").after(datetime(2026, 1, 31, 9, tzinfo=UTC), UTC) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert parse_pause("P1M").after(datetime(2026, 12, 5, 9, tzinfo=UTC), UTC) == datetime(2027, 1, 5, 9, tzinfo=UTC)


@given(MOMENTS, ZONES, st.integers(0, 12), st.integers(0, 366), st.integers(0, 10**6))
def test_a_pause_never_ends_before_it_began(
    moment: datetime, zone: ZoneInfo, months: int, days: int, seconds: int
) -> None:
    after = Pause(months=months, days=days, seconds=seconds).after(moment, zone)
    assert after >= moment
    assert after.tzinfo is UTC


@given(MOMENTS, ZONES, TIMES, TIMES)
def test_nobody_is_disturbed_in_quiet_hours_and_nothing_is_put_off_for_long(
    moment: datetime, zone: ZoneInfo, start: time, end: time
) -> None:
    if start == end:
        return
    quiet = QuietHours(start=start, end=end)
    at = quiet.put_off(moment, zone)
    assert at >= moment
    assert at - moment <= timedelta(hours=26)
    assert quiet.put_off(at, zone) == at


def test_the_night_goes_over_midnight() -> None:
    night = quiet_hours("21:00", "08:00")
    evening, morning = datetime(2026, 6, 1, 22, 30, tzinfo=BERLIN), datetime(2026, 6, 2, 8, 0, tzinfo=BERLIN)
    assert night.put_off(evening, BERLIN) == morning
    assert night.put_off(datetime(2026, 6, 2, 7, 59, tzinfo=BERLIN), BERLIN) == morning
    assert night.put_off(morning, BERLIN) == morning
    at_noon = datetime(2026, 6, 2, 12, 0, tzinfo=BERLIN)
    assert night.put_off(at_noon, BERLIN) == at_noon


def test_quiet_hours_within_a_day_are_kept_too() -> None:
    noon = quiet_hours("12:00", "13:30")
    at = datetime(2026, 6, 2, 12, 15, tzinfo=BERLIN)
    assert noon.put_off(at, BERLIN) == datetime(2026, 6, 2, 13, 30, tzinfo=BERLIN)


@pytest.mark.parametrize("clock", ["24:00", "9:00", "09:60", "", "noon", "09:00:00"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(WrongQuietHours, match="hours and minutes"):
        quiet_hours("21:00", clock)


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(WrongQuietHours, match="never end"):
        quiet_hours("08:00", "08:00")
