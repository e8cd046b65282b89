"""Moments as people and models write them: ISO 8601 with an offset or the name of a time zone.

Above: the tools, the endpoints and the deliveries. Below: the zones of the IANA database. What cannot be meant as it
is written is refused with what to write instead: nothing is guessed but the first of two equal times of an autumn
night, and that is said.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from deskhand.kit.errors import InvalidValue

MOST_AHEAD = timedelta(days=366)
"""A year, also a leap year."""
MAX_CHARS = 100
MOST_OFFSET = timedelta(hours=14)
EXAMPLE = "2026-11-22T09:00[Europe/Berlin] or 2026-11-22T09:00+01:00"
_MOMENT = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
    r"(?:\[(?P<zone>[^\[\]]{1,60})\])?"
)
_UTC_NAMES = frozenset({"Z", "z"})


class WrongMoment(InvalidValue):
    code = "wrong_moment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A moment in UTC. `zone` is the named one it was written in; `note` says what was chosen where two were meant."""

    at: datetime
    zone: str | None = None
    note: str | None = None


def parse_moment(text: str, *, now: datetime, most_ahead: timedelta = MOST_AHEAD) -> Moment:
    """The moment that is written, which lies ahead of `now`, by at most `most_ahead`.

    Raises:
        WrongMoment: when it is none, has no zone, never comes, is past or too far ahead; it says what to write.
    """
    shown = text[:MAX_CHARS]
    found = _MOMENT.fullmatch(text.strip()) if len(text) <= MAX_CHARS else None
    if found is None:
        raise WrongMoment(f"{shown!r} is no moment: write date, time and zone as in {EXAMPLE}.")
    local = _local(found, shown)
    if found["offset"] is None and found["zone"] is None:
        raise WrongMoment(
            f"{shown!r} has no time zone: add the offset or the zone of the person it is for, as in {EXAMPLE}."
        )
    moment = _in_zone(local, found, shown) if found["zone"] else _with_offset(local, found["offset"], shown)
    return _ahead(moment, shown, now, most_ahead)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name in the IANA database, whatever the case it is written in.

    Raises:
        WrongMoment: when there is none; it names the nearest ones.
    """
    known = _zones()
    exact = known.get(name.casefold())
    if exact is None:
        near = difflib.get_close_matches(name.casefold()[:60], known, n=3, cutoff=0.6)
        hint = ", ".join(known[each] for each in near) or "Europe/Berlin, America/New_York or UTC"
        raise WrongMoment(f"There is no time zone {name[:60]!r}: write one of the IANA database, such as {hint}.")
    return ZoneInfo(exact)


def at_wall_time(wall: datetime, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which clocks of the zone show that time: the first such, or as long after a gap's begin
    as the time lies behind it.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _local(found: re.Match[str], shown: str) -> datetime:
    second = int(found["second"] or 0)
    try:
        date = datetime.strptime(found["date"], "%Y-%m-%d")  # noqa: DTZ007 - its zone comes next
        return date.replace(hour=int(found["hour"]), minute=int(found["minute"]), second=second)
    except ValueError as error:
        raise WrongMoment(f"There is no moment {shown!r} ({error}): correct the date or the time.") from None


def _with_offset(local: datetime, written: str, shown: str) -> Moment:
    try:
        return Moment(at=local.replace(tzinfo=_offset(written, shown)).astimezone(UTC))
    except OverflowError:
        raise _too_far(shown) from None


def _offset(written: str, shown: str) -> timezone:
    if written in _UTC_NAMES:
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    delta = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or delta > MOST_OFFSET:  # noqa: PLR2004 - minutes of an hour
        raise WrongMoment(
            f"The offset {written!r} in {shown!r} is none of any place: it lies within +14:00 and -14:00."
        )
    return timezone(delta if written[0] == "+" else -delta)


def _in_zone(local: datetime, found: re.Match[str], shown: str) -> Moment:
    zone, written = zone_named(found["zone"]), found["offset"]
    try:
        if written in _UTC_NAMES:
            return Moment(at=local.replace(tzinfo=UTC), zone=zone.key)
        first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        comes = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    except OverflowError:
        raise _too_far(shown) from None
    if not comes:
        raise _in_gap(local, first, second, zone)
    if written is not None:
        return _of_both(first, second, _offset(written, shown), zone, shown)
    note = None
    if first.utcoffset() != second.utcoffset():
        note = (
            f"Clocks in {zone.key} show {local:%H:%M} twice on {local:%Y-%m-%d}; the first is taken, "
            f"{first.isoformat(timespec='minutes')}. The second would be {second.isoformat(timespec='minutes')}."
        )
    return Moment(at=first.astimezone(UTC), zone=zone.key, note=note)


def _of_both(first: datetime, second: datetime, offset: timezone, zone: ZoneInfo, shown: str) -> Moment:
    """Offset and zone are given: they have to agree."""
    for each in (first, second):
        if each.utcoffset() == offset.utcoffset(None):
            return Moment(at=each.astimezone(UTC), zone=zone.key)
    right = first.isoformat(timespec="minutes")
    raise WrongMoment(f"In {shown!r} the offset is not that of {zone.key} at that time: write {right}[{zone.key}].")


def _in_gap(local: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> WrongMoment:
    skipped = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    later = local + abs(skipped)
    return WrongMoment(
        f"Clocks in {zone.key} skip {local:%Y-%m-%dT%H:%M}, since they are put forward then: "
        f"write {later:%Y-%m-%dT%H:%M}[{zone.key}], or another time."
    )


def _ahead(moment: Moment, shown: str, now: datetime, most_ahead: timedelta) -> Moment:
    if moment.at <= now:
        raise WrongMoment(f"{shown!r} is past: it is {now.astimezone(UTC):%Y-%m-%dT%H:%M}Z now. Write a later moment.")
    if moment.at - now > most_ahead:
        raise _too_far(shown)
    return moment


def _too_far(shown: str) -> WrongMoment:
    return WrongMoment(f"{shown!r} is not within the next year: choose a moment that is.")


@cache
def _zones() -> dict[str, str]:
    """The names of all zones, by their names without case. Read once: it looks through some hundred files."""
    return {name.casefold(): name for name in available_timezones() if name not in {"localtime", "Factory"}}
