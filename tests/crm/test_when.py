"""Moments as they are written: what is meant, and what is refused with what to write instead."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.crm.when import MOST_AHEAD, WrongMoment, parse_moment, zone_named

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


def refusal(text: str, now: datetime = NOW) -> str:
    with pytest.raises(WrongMoment) as refused:
        parse_moment(text, now=now)
    return refused.value.detail


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22T09:00[Europe/Berlin]", "2026-11-22T08:00:00+00:00"),
        ("2026-07-22T09:00[europe/berlin]", "2026-07-22T07:00:00+00:00"),
        ("2026-11-22T09:00+01:00", "2026-11-22T08:00:00+00:00"),
        ("2026-11-22T09:00:30Z", "2026-11-22T09:00:30+00:00"),
        ("2026-11-22t09:00:30.125z", "2026-11-22T09:00:30+00:00"),
        ("2026-11-22T09:00-0330", "2026-11-22T12:30:00+00:00"),
        ("2026-11-22T09:00+05", "2026-11-22T04:00:00+00:00"),
        ("2026-11-22T09:00+01:00[Europe/Berlin]", "2026-11-22T08:00:00+00:00"),
        ("2026-11-22T08:00Z[Europe/Berlin]", "2026-11-22T08:00:00+00:00"),
        ("  2026-11-22T09:00Z  ", "2026-11-22T09:00:00+00:00"),
    ],
)
def test_a_moment_with_an_offset_or_a_zone_is_understood(text: str, at: str) -> None:
    assert parse_moment(text, now=NOW).at == datetime.fromisoformat(at)


def test_the_zone_is_kept_beside_the_moment() -> None:
    assert parse_moment("2026-11-22T09:00[europe/BERLIN]", now=NOW).zone == "Europe/Berlin"
    assert parse_moment("2026-11-22T09:00Z", now=NOW).zone is None


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "",
        "2026-11-22",
        "2026-11-22 09:00Z",
        "22.11.2026 09:00",
        "2026-W47-7T09:00Z",
        "2026-11-22T9:00Z",
        "٢٠٢٦-11-22T09:00Z",
        "2026-11-22T09:00Z[",
        "2026-11-22T09:00[Europe/Berlin][u-ca=hebrew]",
        "x" * 5_000,
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    assert "2026-11-22T09:00[Europe/Berlin]" in refusal(text)


def test_without_a_zone_it_asks_for_one() -> None:
    assert "has no time zone: add the offset or the zone" in refusal("2026-11-22T09:00")


@pytest.mark.parametrize("text", ["2026-02-29T09:00Z", "2026-13-01T09:00Z", "2026-11-22T24:00Z", "2026-11-22T09:60Z"])
def test_a_date_that_never_comes_is_refused(text: str) -> None:
    assert "correct the date or the time" in refusal(text)


@pytest.mark.parametrize("text", ["2026-03-02T09:00Z", "2026-03-02T10:00[Europe/Berlin]", "2020-01-01T00:00Z"])
def test_what_is_past_is_refused_and_says_what_time_it_is(text: str) -> None:
    assert "is past: it is 2026-03-02T09:00Z now" in refusal(text)


def test_a_moment_within_a_year_is_taken_and_a_later_one_refused() -> None:
    assert parse_moment("2027-03-03T09:00Z", now=NOW).at - NOW == MOST_AHEAD
    assert "within the next year" in refusal("2027-03-03T09:01Z")


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59[America/New_York]"]
)
def test_the_ends_of_time_break_nothing(text: str) -> None:
    assert "choose a moment" in refusal(text)


def test_an_offset_of_no_place_is_refused() -> None:
    assert "'+15:00'" in refusal("2026-11-22T09:00+15:00")
    assert "'+01:75'" in refusal("2026-11-22T09:00+01:75")


@pytest.mark.parametrize("name", ["Europe/Berlim", "Berlin", "../../etc/passwd", "Europe", "localtime", "\x00"])
def test_an_unknown_zone_is_refused_and_near_ones_named(name: str) -> None:
    assert "IANA" in refusal(f"2026-11-22T09:00[{name}]")


def test_a_misspelt_zone_names_the_right_one() -> None:
    with pytest.raises(WrongMoment, match="Europe/Berlin"):
        zone_named("Europe/Berlim")


def test_a_time_that_the_clocks_skip_is_refused_with_the_one_that_comes() -> None:
    said = refusal("2026-03-29T02:30[Europe/Berlin]")
    assert "skip 2026-03-29T02:30" in said
    assert "write 2026-03-29T03:30[Europe/Berlin]" in said


def test_a_skipped_day_is_refused_with_a_time_that_comes() -> None:
    # Samoa had no 30 December 2011.
    said = refusal("2011-12-30T12:00[Pacific/Apia]", now=datetime(2011, 12, 1, tzinfo=UTC))
    assert "write 2011-12-31T12:00[Pacific/Apia]" in said


def test_of_a_time_that_comes_twice_the_first_is_taken_and_said() -> None:
    moment = parse_moment("2026-10-25T02:30[Europe/Berlin]", now=NOW)
    assert moment.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment.note is not None
    assert "the first is taken, 2026-10-25T02:30+02:00" in moment.note
    assert "The second would be 2026-10-25T02:30+01:00" in moment.note


def test_the_second_is_taken_when_its_offset_is_written() -> None:
    moment = parse_moment("2026-10-25T02:30+01:00[Europe/Berlin]", now=NOW)
    assert moment.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment.note is None


def test_an_offset_that_is_not_the_zones_is_refused_with_the_right_one() -> None:
    assert "write 2026-11-22T09:00+01:00[Europe/Berlin]" in refusal("2026-11-22T09:00+02:00[Europe/Berlin]")


@given(
    st.datetimes(min_value=datetime(2026, 3, 4), max_value=datetime(2027, 2, 20)),  # noqa: DTZ001 - wall times
    st.sampled_from(ZONES),
)
def test_whatever_is_understood_shows_that_time_on_the_zones_clocks(wall: datetime, zone: str) -> None:
    wall = wall.replace(microsecond=0)
    comes = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    text = f"{wall:%Y-%m-%dT%H:%M:%S}[{zone}]"
    if not comes:
        assert "skip" in refusal(text)
        return
    moment = parse_moment(text, now=NOW)
    assert moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall
    assert NOW < moment.at <= NOW + MOST_AHEAD


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        moment = parse_moment(text, now=NOW)
    except WrongMoment:
        return
    assert timedelta() < moment.at - NOW <= MOST_AHEAD
