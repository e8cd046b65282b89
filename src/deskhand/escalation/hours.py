"""When people are there, and when a promise that counts only those hours falls due. Pure functions over moments.

Above: tickets, whose first response and resolution are due by the clock of the opening hours. Below: nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

SEARCH_DAYS = 60
"""How far ahead open time is looked for; hours that are open so rarely do not bind anybody."""
MINUTES_A_DAY = 24 * 60
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A part of a day, in minutes after midnight; `close` may be 1440."""

    open: int
    close: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHours:
    """The stretches of each day of the week, Monday first, in that zone."""

    timezone: str
    week: tuple[tuple[Stretch, ...], ...]
    """Seven days; a day without a stretch is closed."""

    @classmethod
    def of(cls, timezone: str, days: Mapping[str, Sequence[tuple[str, str]]]) -> Self:
        """From the names of days to pairs of HH:MM; a day that is not named is closed."""
        week = tuple(
            tuple(Stretch(open=_minutes(opens), close=_minutes(closes)) for opens, closes in days.get(day, ()))
            for day in DAYS
        )
        return cls(timezone=timezone, week=week)

    @classmethod
    def loaded(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` wrote."""
        week = tuple(tuple(Stretch(open=opens, close=closes) for opens, closes in day) for day in kept["week"])
        return cls(timezone=kept["timezone"], week=week)

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        week = [[[stretch.open, stretch.close] for stretch in day] for day in self.week]
        return {"timezone": self.timezone, "week": week}

    @property
    def never_opens(self) -> bool:
        """No stretch at all: nothing can be counted by such hours."""
        return not any(self.week)


def due_after(moment: datetime, worked: timedelta, hours: OpenHours | None) -> datetime:
    """When so much open time has passed since `moment`. Without hours, or with none open, all time counts."""
    if hours is None or hours.never_opens:
        return moment + worked
    left = worked
    for opens, closes in _stretches(moment, hours):
        begins = max(opens, moment)
        if closes <= begins:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return moment + worked


def is_open(moment: datetime, hours: OpenHours | None) -> bool:
    """Whether people are there."""
    if hours is None:
        return True
    return any(opens <= moment < closes for opens, closes in _stretches(moment, hours, days=2))


def _stretches(moment: datetime, hours: OpenHours, *, days: int = SEARCH_DAYS) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches in UTC, in order, from the day of the moment on."""
    zone = ZoneInfo(hours.timezone)
    first = moment.astimezone(zone).date()
    for offset in range(days):
        day = first + timedelta(days=offset)
        for stretch in hours.week[day.weekday()]:
            yield _moment(day, stretch.open, zone), _moment(day, stretch.close, zone)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment in UTC; midnight at the day's end is the next day's first."""
    more, rest = divmod(minutes, MINUTES_A_DAY)
    local = datetime.combine(day + timedelta(days=more), time(rest // 60, rest % 60), tzinfo=zone)
    return local.astimezone(UTC)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
