"""What an external CRM says of a contact, read strictly where it matters.

Above: `external.py`. Below: pydantic, the rules for values. Another contact's record, a wrong type or an unknown
account status make the whole answer unusable; a tag or a custom field that we could not keep is left out. Expected:

    {"id": "con_1", "account_status": "active", "name": "Ada", "email": null, "phone": null, "company": "Lark",
     "language": "en", "time_zone": "Europe/Berlin", "assigned_agent": null, "tags": ["vip"],
     "custom_fields": {"seats": 12}, "pipelines": [{"id": "p1", "name": "Sales", "stage_id": "s1", "stage": "Won"}],
     "created_at": "2026-03-02T09:00:00Z", "updated_at": null}
"""

import math
from datetime import datetime
from typing import Annotated, Any, TypeVar

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from deskhand.crm.external_http import UnusableAnswer
from deskhand.crm.model import AccountStatus, CustomerProfile, FieldValue, InvalidContact, PipelinePlace, Source
from deskhand.crm.values import MAX_TAGS, tag

log = structlog.get_logger(__name__)

MAX_FIELDS = 100
MAX_TEXT = 2_000
Line = Annotated[str, Field(max_length=500)]
Model = TypeVar("Model", bound=BaseModel)


class _Answer(BaseModel):
    """Types are not turned into each other: a number is no name."""

    model_config = ConfigDict(strict=True, extra="ignore")


class PlaceAnswer(_Answer):
    """Where the contact stands in a pipeline."""

    id: Line
    name: Line
    stage: Line
    stage_id: Line | None = None


class ContactAnswer(_Answer):
    """A contact as the CRM tells it."""

    id: Line
    account_status: Annotated[AccountStatus, Field(strict=False)]
    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    company: Line | None = None
    language: Line | None = None
    time_zone: Line | None = None
    assigned_agent: Line | None = None
    tags: Annotated[list[Line], Field(max_length=1_000)] = []
    custom_fields: dict[str, Any] = {}
    pipelines: Annotated[list[PlaceAnswer], Field(max_length=100)] = []
    created_at: Annotated[AwareDatetime | None, Field(strict=False)] = None
    updated_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class MadeAnswer(_Answer):
    """Something that was made."""

    id: Annotated[str, Field(min_length=1, max_length=200)]


def profile_in(answer: object, *, contact_id: str, fetched_at: datetime) -> CustomerProfile:
    """The profile in an answer.

    Raises:
        UnusableAnswer: when it is none, or that of another contact.
    """
    told = _read(ContactAnswer, answer)
    if told.id != contact_id:
        log.error("crm_gave_another_contact")
        raise UnusableAnswer("The CRM gave another contact's record: it is not used.")
    return CustomerProfile(
        id=contact_id,
        name=_line(told.name),
        email=_line(told.email),
        phone=_line(told.phone),
        company=_line(told.company),
        account_status=told.account_status,
        language=_line(told.language),
        time_zone=_line(told.time_zone),
        assigned_agent=_line(told.assigned_agent),
        tags=_tags(told.tags),
        custom_fields=_fields(told.custom_fields),
        pipelines=tuple(
            PipelinePlace(id=place.id, name=place.name, stage_id=place.stage_id or place.stage, stage=place.stage)
            for place in told.pipelines
        ),
        source=Source.EXTERNAL,
        fetched_at=fetched_at,
        created_at=told.created_at,
        updated_at=told.updated_at,
    )


def id_in(answer: object) -> str:
    """The id of what was made. Raises UnusableAnswer."""
    return _read(MadeAnswer, answer).id


def _read(model: type[Model], answer: object) -> Model:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        # The names of our own fields, never what stands in them.
        where = sorted({str(fault["loc"][0]) for fault in faults if fault["loc"]})
        log.warning("crm_answer_unusable", fields=where)
        raise UnusableAnswer("The CRM's answer has values of the wrong kind: try again later.") from None


def _line(text: str | None) -> str | None:
    """One line without what cannot be seen; None when nothing is left."""
    if text is None:
        return None
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) or None


def _tags(told: list[str]) -> tuple[str, ...]:
    kept = set()
    for text in told:
        try:
            kept.add(tag(text))
        except InvalidContact:
            continue
    return tuple(sorted(kept)[:MAX_TAGS])


def _fields(told: dict[str, Any]) -> dict[str, FieldValue]:
    kept = {key: value for key, value in told.items() if _is_value(value) and 0 < len(key) <= MAX_FIELDS}
    return dict(sorted(kept.items())[:MAX_FIELDS])


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
