"""In which ways a chain can be broken, told in words. Above: the verifier. Below: the links."""

from deskhand.audit.links import content_of, link_hash
from deskhand.audit.model import Break, BreakReason, Link
from deskhand.audit.tables import AuditRow

SEARCHED_PLACES = 5_000
"""How far from where it stands a moved record is looked for."""


def break_behind(before: Link, row: AuditRow) -> Break:
    """In which way `row` does not follow the link `before`."""
    seq = row.seq or 0
    place = _place_of(row)
    if place is not None and place != seq:
        detail = f"Record {row.id!r} stands at {seq} and was written at {place}."
        return Break(seq=before.seq + 1, reason=BreakReason.REORDERED, detail=detail, record_id=row.id)
    if seq > before.seq + 1:
        first, last = before.seq + 1, seq - 1
        which = f"Record {first} is" if first == last else f"Records {first} to {last} are"
        return Break(seq=first, reason=BreakReason.MISSING, detail=f"{which} missing.")
    if place == seq:
        detail = f"Record {row.id!r} follows another record than the one before it, which was replaced."
        return Break(seq=seq, reason=BreakReason.REORDERED, detail=detail, record_id=row.id)
    return altered(seq, row.id)


def altered(seq: int, record_id: str | None) -> Break:
    named = f" {record_id!r}" if record_id else ""
    detail = f"Record {seq}{named} says something else than when it was chained."
    return Break(seq=seq, reason=BreakReason.ALTERED, detail=detail, record_id=record_id)


def cut_off(last: int, end: int) -> Break:
    detail = f"The records end at {last}; {end} were chained."
    return Break(seq=last + 1, reason=BreakReason.CUT_OFF, detail=detail)


def anchor_broken(anchor: Link) -> Break:
    detail = f"Record {anchor.seq} does not have the hash that was noted for it: the chain was replaced, or is older."
    return Break(seq=anchor.seq, reason=BreakReason.ANCHOR, detail=detail)


def head_missing(last_seq: int) -> Break:
    detail = "The row that says where the chain ends is missing: records behind the last one may be, too."
    return Break(seq=last_seq, reason=BreakReason.HEAD_MISSING, detail=detail)


def head_altered(seq: int, why: str) -> Break:
    return Break(seq=seq, reason=BreakReason.HEAD_ALTERED, detail=f"The chain's end cannot be trusted: {why}.")


def payload_broken(row: AuditRow, reason: BreakReason) -> Break:
    what = "is missing" if reason is BreakReason.PAYLOAD_MISSING else "was changed"
    detail = f"What the turn of record {row.id!r} was given {what}."
    return Break(seq=row.seq or 0, reason=reason, detail=detail, record_id=row.id)


def follows(row: AuditRow, before: Link) -> bool:
    """Whether the record stands behind `before` as it was written."""
    if row.seq != before.seq + 1 or row.previous_hash != before.hash or row.hash is None:
        return False
    return _hash_at(row, row.seq) == row.hash


def _place_of(row: AuditRow) -> int | None:
    """The number that the record's own hash was made with; None when it is none near by."""
    seq, previous = row.seq or 0, row.previous_hash or ""
    if _hash_at(row, seq) is None:
        return None
    content = content_of(row)
    nearby = sorted(range(max(1, seq - SEARCHED_PLACES), seq + SEARCHED_PLACES), key=lambda place: abs(place - seq))
    return next((place for place in nearby if link_hash(content, place, previous) == row.hash), None)


def _hash_at(row: AuditRow, seq: int) -> str | None:
    """The record's hash, were it at that place; None when it holds what was never chained."""
    try:
        return link_hash(content_of(row), seq, row.previous_hash or "")
    except (ValueError, TypeError):
        return None
