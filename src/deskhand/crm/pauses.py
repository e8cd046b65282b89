"""Pauses and quiet hours: how long after one message the next one follows, and when nobody is to be disturbed.

Above: sequences and deliveries. Below: the parsing of moments. A pause of days ends at the same time of day in the
contact's zone, also across a change of the clocks; one of hours and minutes is counted as it passes.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from deskhand.crm.when import at_wall_time
from deskhand.kit.errors import InvalidValue

LONGEST = timedelta(days=366)
EXAMPLE = "PT30M, P1D, P1W or P1M"
_DURATION = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>[0-9]{1,4})W|(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,4})M)?"
    r"(?:(?P<days>[0-9]{1,4})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,5})H)?(?:(?P<minutes>[0-9]{1,6})M)?(?:(?P<seconds>[0-9]{1,8})S)?)?)"
)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MONTHS = 12


class WrongPause(InvalidValue):
    code = "wrong_pause"


class WrongQuietHours(InvalidValue):
    code = "wrong_quiet_hours"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A length of time. Months and days are the calendar's, the rest is counted in seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        """When the pause ends that begins at the moment, in UTC."""
        # In UTC, since a difference of two times of one zone is that of their clocks.
        at = moment.astimezone(UTC)
        if self.months or self.days:
            wall = _months_later(moment.astimezone(zone).replace(tzinfo=None), self.months) + timedelta(days=self.days)
            # Of a time that comes twice the first is taken, and that may lie before the pause's begin.
            at = max(at_wall_time(wall, zone), at)
        return at + timedelta(seconds=self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """From `start` until `end`, in the contact's zone, nobody is written to. It may go over midnight."""

    start: time
    end: time

    def put_off(self, moment: datetime, zone: tzinfo) -> datetime:
        """The moment itself, in UTC, or the end of the quiet hours that it lies in."""
        wall = moment.astimezone(zone).replace(tzinfo=None)
        if not self._holds(wall.time()):
            return moment.astimezone(UTC)
        end = datetime.combine(wall.date(), self.end)
        if end <= wall:
            end += timedelta(days=1)
        return max(at_wall_time(end, zone), moment.astimezone(UTC))

    def _holds(self, clock: time) -> bool:
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def parse_pause(text: str) -> Pause:
    """The duration that is written as ISO 8601 does.

    Raises:
        WrongPause: when it is none, or longer than a year.
    """
    found = _DURATION.fullmatch(text) if len(text) <= 40 else None  # noqa: PLR2004 - no duration is as long
    if found is None:
        raise WrongPause(f"{text[:40]!r} is no duration: write one of ISO 8601, such as {EXAMPLE}.")
    given = {name: int(value or 0) for name, value in found.groupdict().items()}
    pause = Pause(
        months=given["years"] * _MONTHS + given["months"],
        days=given["weeks"] * 7 + given["days"],
        seconds=given["hours"] * 3600 + given["minutes"] * 60 + given["seconds"],
    )
    if pause.months > _MONTHS or pause.days + pause.seconds / 86_400 > LONGEST.days or _over_a_year(pause):
        raise WrongPause(f"{text!r} is longer than a year: choose a shorter pause.")
    return pause


def quiet_hours(start: str, end: str) -> QuietHours:
    """Quiet hours from two times of day such as 21:00 and 08:00.

    Raises:
        WrongQuietHours: when one is no time of day, or both are the same.
    """
    for given in (start, end):
        if _CLOCK.fullmatch(given) is None:
            raise WrongQuietHours(f"{given[:20]!r} is no time of day: write hours and minutes, such as 21:00.")
    if start == end:
        raise WrongQuietHours(f"Quiet hours from {start!r} to {end!r} would never end: choose another end.")
    return QuietHours(start=time.fromisoformat(start), end=time.fromisoformat(end))


def _over_a_year(pause: Pause) -> bool:
    return pause.months == _MONTHS and (pause.days > 0 or pause.seconds > 0)


def _months_later(wall: datetime, months: int) -> datetime:
    """The same day so many months later; the month's last, where it has no such day."""
    if not months:
        return wall
    year, month = divmod(wall.year * _MONTHS + wall.month - 1 + months, _MONTHS)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, calendar.monthrange(year, month + 1)[1]))
