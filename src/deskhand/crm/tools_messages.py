"""The tools that write to the turn's contact beside the answer: now, later, from a template, step by step.

Above: the registry. Below: deliveries, templates, enrolments.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Generic, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from deskhand.crm.delivery_model import (
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    Media,
    MediaKind,
    NewDelivery,
    NewEnrolment,
    Wording,
)
from deskhand.crm.templates import LANGUAGE, MAX_VALUE, MAX_VARIABLES, NAME, VARIABLE
from deskhand.crm.tools_base import MAX_TEXT, MOST_MESSAGES, CrmToolParts, CrmWrite, K, Keyed, PlainText
from deskhand.crm.when import MAX_CHARS, Moment, WrongMoment, parse_moment
from deskhand.tools.contract import ToolResult, ToolTurn

SEND_MESSAGE = "send_message"
SEND_TEMPLATE_MESSAGE = "send_template_message"
SCHEDULE_FOLLOW_UP = "schedule_follow_up"
TRIGGER_SEQUENCE = "trigger_sequence"

_WHEN = (
    "Date, time and time zone: 2026-11-22T09:00[Europe/Berlin] or 2026-11-22T09:00+01:00. In the future, at most a "
    "year ahead. Ask the customer for their time zone when it is not known."
)
Values = Annotated[
    dict[
        Annotated[str, Field(pattern=VARIABLE)],
        Annotated[str, Field(max_length=MAX_VALUE)],
    ],
    Field(max_length=MAX_VARIABLES * 5, description="A value for each variable. Give none that you do not know."),
]
Language = Annotated[
    str | None,
    Field(max_length=35, pattern=LANGUAGE, description="Such as en or de-AT; left out it is the customer's."),
]


class MessageWish(Keyed):
    """What to send."""

    type: Annotated[
        Literal["text", "image", "video", "audio", "voice", "document"],
        Field(description="text needs text alone; the others need url or attachment_id, with text as the caption."),
    ] = "text"
    text: Annotated[
        PlainText, Field(max_length=MAX_TEXT, description="The message; for a file, what it shows or holds.")
    ]
    url: Annotated[
        str | None, Field(max_length=2_000, description="Where the file is (https), on one of the company's hosts.")
    ] = None
    attachment_id: Annotated[
        str | None, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]+$", description="A file of this customer's.")
    ] = None

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        files = [each for each in (self.url, self.attachment_id) if each is not None]
        if self.type == "text" and files:
            raise ValueError("a text has no file: leave url and attachment_id out, or say which type the file is")
        if self.type != "text" and len(files) != 1:
            raise ValueError(f"a message of type {self.type!r} needs either url or attachment_id")
        return self

    @property
    def media(self) -> Media | None:
        if self.type == "text":
            return None
        return Media(kind=MediaKind(self.type), url=self.url, attachment_id=self.attachment_id)


class TemplateWish(Keyed):
    """Which template, filled in with what."""

    template: Annotated[str, Field(pattern=NAME, description="The template's name.")]
    variables: Values = Field(default_factory=dict)
    language: Language = None
    send_at: Annotated[str | None, Field(max_length=MAX_CHARS, description=f"Leave it out to send now. {_WHEN}")] = None


class FollowUpWish(Keyed):
    """What to write, and when."""

    at: Annotated[str, Field(max_length=MAX_CHARS, description=_WHEN)]
    message: Annotated[PlainText, Field(max_length=MAX_TEXT, description="What the customer will read then.")]
    reason: Annotated[str, Field(max_length=500, description="Why, for staff. The customer does not see it.")] = ""


class SequenceWish(Keyed):
    """Which sequence."""

    sequence: Annotated[str, Field(pattern=NAME, description="The sequence's name.")]
    variables: Values = Field(default_factory=dict)
    language: Language = None


class _MessageTool(CrmWrite[K], Generic[K]):
    """Sends a few messages a turn."""

    def __init__(self, parts: CrmToolParts, turn: ToolTurn) -> None:
        super().__init__(parts, turn)
        self._sent: set[str] = set()

    async def _send(self, new: NewDelivery) -> Delivery | ToolResult:
        self._sent.add(new.writing.idempotency_key or "")
        if len(self._sent) > MOST_MESSAGES:
            return ToolResult(success=False, error=f"{MOST_MESSAGES} messages a turn are enough: say it in the answer.")
        return await self._parts.deliveries.send(self._turn.scope, new)

    async def _moment(self, text: str) -> Moment:
        """Raises WrongMoment, with the customer's zone where that helps."""
        try:
            return parse_moment(text, now=self._parts.clock.now())
        except WrongMoment as error:
            profile = await self._parts.records.lookup(self._turn.scope, self._turn.contact_id)
            zone = profile.time_zone if profile is not None else None
            raise WrongMoment(f"{error.detail} The customer's time zone is {zone}." if zone else error.detail) from None


class SendMessage(_MessageTool[MessageWish]):
    """Writes to the contact beside the answer."""

    name: ClassVar[str] = SEND_MESSAGE
    description: ClassVar[str] = (
        "Send the customer of this conversation a message of its own, beside your answer: above all a file, such as a "
        "picture or a document. For plain words your answer is enough."
    )
    parameters = MessageWish

    async def act(self, parameters: MessageWish) -> ToolResult:
        turn, media = self._turn, parameters.media
        if media is not None:
            await self._parts.media.by_agent(turn.scope, turn.contact_id, media)
        new = NewDelivery(
            kind=DeliveryKind.MESSAGE,
            contact_id=turn.contact_id,
            session_id=turn.session_id,
            wording=Wording(text=parameters.text, media=media),
            writing=self.writing(parameters),
        )
        return _told(await self._send(new))


class SendTemplateMessage(_MessageTool[TemplateWish]):
    """Sends a template's words."""

    name: ClassVar[str] = SEND_TEMPLATE_MESSAGE
    description: ClassVar[str] = (
        "Send the customer of this conversation a message that the company has worded beforehand, now or later."
    )
    parameters = TemplateWish

    async def act(self, parameters: TemplateWish) -> ToolResult:
        turn, moment = self._turn, None
        if parameters.send_at is not None:
            moment = await self._moment(parameters.send_at)
        language = parameters.language
        if language is None:
            profile = await self._parts.records.lookup(turn.scope, turn.contact_id)
            language = profile.language if profile is not None else None
        wording = await self._parts.templates.worded(turn.scope, parameters.template, language, parameters.variables)
        new = NewDelivery(
            kind=DeliveryKind.TEMPLATE,
            contact_id=turn.contact_id,
            session_id=turn.session_id,
            wording=wording,
            writing=self.writing(parameters),
            due_at=None if moment is None else moment.at,
            zone=None if moment is None else moment.zone,
        )
        return _told(await self._send(new), moment)


class ScheduleFollowUp(_MessageTool[FollowUpWish]):
    """Promises a message for later, and keeps it."""

    name: ClassVar[str] = SCHEDULE_FOLLOW_UP
    description: ClassVar[str] = (
        "Schedule a message to the customer of this conversation for a later moment that you agreed on. It is sent "
        "then by itself."
    )
    parameters = FollowUpWish

    async def act(self, parameters: FollowUpWish) -> ToolResult:
        turn, moment = self._turn, await self._moment(parameters.at)
        new = NewDelivery(
            kind=DeliveryKind.FOLLOW_UP,
            contact_id=turn.contact_id,
            session_id=turn.session_id,
            wording=Wording(text=parameters.message),
            writing=self.writing(parameters),
            due_at=moment.at,
            zone=moment.zone,
            reason=parameters.reason,
        )
        return _told(await self._send(new), moment)


class TriggerSequence(CrmWrite[SequenceWish]):
    """Enrols the contact in a sequence."""

    name: ClassVar[str] = TRIGGER_SEQUENCE
    description: ClassVar[str] = (
        "Let the customer of this conversation get a series of messages that the company has prepared, such as tips "
        "after a purchase. It stops when they reply, unless it is meant to go on."
    )
    parameters = SequenceWish

    async def act(self, parameters: SequenceWish) -> ToolResult:
        turn = self._turn
        new = NewEnrolment(
            contact_id=turn.contact_id,
            writing=self.writing(parameters),
            values=parameters.variables,
            language=parameters.language,
        )
        enrolment = await self._parts.enrolments.enrol(turn.scope, parameters.sequence, new)
        data = {"enrolment_id": enrolment.id, "steps": len(enrolment.plan.steps), "status": enrolment.status.value}
        return ToolResult(success=True, data=data)


def _told(sent: Delivery | ToolResult, moment: Moment | None = None) -> ToolResult:
    """What the model learns: that it was sent, or when it will be, in the zone it was written in."""
    if isinstance(sent, ToolResult):
        return sent
    if sent.status in {DeliveryStatus.FAILED, DeliveryStatus.SKIPPED, DeliveryStatus.CANCELLED}:
        return ToolResult(success=False, error=f"It was not sent: {sent.outcome or sent.status.value}")
    data = {"id": sent.id, "status": sent.status.value}
    if sent.status is DeliveryStatus.SCHEDULED:
        data["due_at"] = _shown(sent.due_at, sent.zone)
        if sent.outcome is not None:
            data["note"] = sent.outcome
    if moment is not None and moment.note is not None:
        data["note"] = moment.note
    return ToolResult(success=True, data=data)


def _shown(at: datetime, zone: str | None) -> str:
    if zone is None:
        return at.isoformat(timespec="minutes")
    return f"{at.astimezone(ZoneInfo(zone)).isoformat(timespec='minutes')}[{zone}]"
