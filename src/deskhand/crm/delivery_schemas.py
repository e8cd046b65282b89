"""HTTP shapes of messages to contacts. Above: the endpoints. Below: the model."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from deskhand.crm.delivery_model import Delivery, DeliveryKind, DeliveryStatus, Media, MediaKind
from deskhand.crm.schemas import ID_PATTERN, MAX_ID, ActorOut, KeyedIn
from deskhand.crm.sequence_schemas import Language, Line, Name, Values, When
from deskhand.crm.tools_base import MAX_TEXT, PlainText


class ContactMessageIn(KeyedIn):
    """A message to a contact: text or a template's words; for a file its type, and its address or its id."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "Your helmet has arrived in our shop.", "at": "2026-11-22T09:00[Europe/Berlin]"},
                {"template": "order-sent", "variables": {"name": "Ana"}},
            ]
        },
    )

    type: Literal["text", "image", "video", "audio", "voice", "document"] = "text"
    text: Annotated[PlainText, Field(max_length=MAX_TEXT)] | None = None
    url: Annotated[str | None, Field(max_length=2_000, description="https.")] = None
    attachment_id: Annotated[str | None, Field(max_length=MAX_ID, pattern=ID_PATTERN)] = None
    template: Name | None = None
    variables: Values = Field(default_factory=dict)
    language: Language | None = None
    at: When | None = None
    reason: Annotated[Line, Field(max_length=500, description="For staff; never sent.")] = ""

    @property
    def media(self) -> Media | None:
        return (
            None
            if self.type == "text"
            else Media(kind=MediaKind(self.type), url=self.url, attachment_id=self.attachment_id)
        )


class MediaOut(BaseModel):
    """A file that goes with a message."""

    model_config = ConfigDict(from_attributes=True)

    kind: MediaKind
    url: str | None
    attachment_id: str | None


class TemplateUseOut(BaseModel):
    """Which template the words come from."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    language: str
    version: int


class DeliveryOut(BaseModel):
    """A message to a contact; `outcome` says why it was not sent, or why it waits longer."""

    id: str
    kind: DeliveryKind
    contact_id: str
    text: str
    media: MediaOut | None
    template: TemplateUseOut | None
    status: DeliveryStatus
    outcome: str | None
    due_at: datetime
    time_zone: str | None
    note: Annotated[
        str | None, Field(description="Of a moment that comes twice when the clocks go back: which one was taken.")
    ] = None
    reason: str
    enrolment_id: str | None
    step: int | None
    message_id: str | None
    session_id: str | None
    made_by: ActorOut
    created_at: datetime
    ended_at: datetime | None


class DeliveryPageOut(BaseModel):
    """A part of the messages, the latest due first."""

    items: list[DeliveryOut]
    total: int
    limit: int
    offset: int


def delivery_out(delivery: Delivery, note: str | None = None) -> DeliveryOut:
    wording = delivery.wording
    return DeliveryOut(
        id=delivery.id,
        kind=delivery.kind,
        contact_id=delivery.contact_id,
        text=wording.text,
        media=None if wording.media is None else MediaOut.model_validate(wording.media),
        template=None if wording.template is None else TemplateUseOut.model_validate(wording.template),
        status=delivery.status,
        outcome=delivery.outcome,
        due_at=delivery.due_at,
        time_zone=delivery.zone,
        note=note,
        reason=delivery.reason,
        enrolment_id=delivery.enrolment_id,
        step=delivery.step,
        message_id=delivery.message_id,
        session_id=delivery.session_id,
        made_by=ActorOut.model_validate(delivery.made_by),
        created_at=delivery.created_at,
        ended_at=delivery.ended_at,
    )
