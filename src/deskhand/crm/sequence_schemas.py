"""HTTP shapes of templates, sequences and enrolments. Above: the endpoints. Below: the model."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from deskhand.crm.delivery_model import (
    Condition,
    Plan,
    SequenceDraft,
    Step,
    TemplateDraft,
)
from deskhand.crm.pauses import EXAMPLE as PAUSES
from deskhand.crm.schemas import ID_PATTERN, MAX_ID, ActorOut, KeyedIn
from deskhand.crm.sequences import MAX_STEPS
from deskhand.crm.templates import LANGUAGE, MAX_BODY, MAX_VALUE, MAX_VARIABLES, NAME, VARIABLE, Variable
from deskhand.crm.tools_base import PlainText
from deskhand.crm.when import EXAMPLE as MOMENTS
from deskhand.crm.when import MAX_CHARS


def _line(text: str) -> str:
    line = " ".join(text.split())
    if not line.isprintable():
        raise ValueError("it must not hold control characters: write plain text")
    return line


Line = Annotated[str, AfterValidator(_line)]
TemplateId = Annotated[str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["tpl_019a0c1f5e7a70f19a4e2f6071829"])]
SequenceId = Annotated[str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["seq_019a0c1f5e7a70f19a4e2f6071829"])]
EnrolmentId = Annotated[
    str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["enr_019a0c1f5e7a70f19a4e2f6071829"])
]
DeliveryId = Annotated[str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["dlv_019a0c1f5e7a70f19a4e2f6071829"])]
OfContact = Annotated[str, Query(max_length=MAX_ID, pattern=ID_PATTERN, description="Only this contact's.")]
OfSequence = Annotated[str, Query(max_length=MAX_ID, pattern=ID_PATTERN, description="Only this sequence's.")]
OfEnrolment = Annotated[str, Query(max_length=MAX_ID, pattern=ID_PATTERN, description="Only this enrolment's.")]
IfMatch = Annotated[
    str | None, Header(description="The `ETag` that the change is based on: 412 when it was changed since.")
]
Name = Annotated[str, Field(pattern=NAME, examples=["order-sent"])]
Language = Annotated[str, Field(max_length=35, pattern=LANGUAGE, examples=["en", "de-AT"])]
Values = Annotated[
    dict[Annotated[str, Field(pattern=VARIABLE)], Annotated[str, Field(max_length=MAX_VALUE)]],
    Field(max_length=MAX_VARIABLES * MAX_STEPS, examples=[{"name": "Ana"}]),
]
Zone = Annotated[str, Field(max_length=60, description="IANA name.", examples=["Europe/Berlin"])]
When = Annotated[str, Field(max_length=MAX_CHARS, description=f"Left out it is now; else {MOMENTS}.")]
Body = Annotated[PlainText, Field(max_length=MAX_BODY, examples=["Hello {{name}}, your helmet is on its way."])]


def tag_in(if_match: str | None) -> str | None:
    """The tag in the header; None when there is none, or any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    return if_match.strip().removeprefix("W/").strip('"')


class VariableShape(BaseModel):
    """A gap `{{name}}` of a template. The default fills it where no value is given."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: Annotated[str, Field(pattern=VARIABLE, examples=["name"])]
    description: Annotated[Line, Field(max_length=200)] = ""
    default: Annotated[Line, Field(max_length=MAX_VALUE)] | None = None

    def variable(self) -> Variable:
        return Variable(name=self.name, description=self.description, default=self.default)


class TemplateIn(BaseModel):
    """A message with gaps. Of a name there is one template a language; every gap is declared."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "order-sent",
                    "language": "en",
                    "body": "Hello {{name}}, your helmet is on its way.",
                    "variables": [{"name": "name", "description": "First name", "default": "there"}],
                }
            ]
        },
    )

    name: Name
    language: Language = "en"
    body: Body
    variables: Annotated[list[VariableShape], Field(max_length=MAX_VARIABLES)] = []
    description: Annotated[Line, Field(max_length=500)] = ""

    def draft(self) -> TemplateDraft:
        return TemplateDraft(
            name=self.name,
            language=self.language,
            body=self.body,
            variables=tuple(each.variable() for each in self.variables),
            description=self.description,
        )


class TemplatePatchIn(BaseModel):
    """What to change; what is left out stays. Other words or variables make a new version."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"body": "Hi {{name}}, it is on its way."}]}
    )

    body: Body = ""
    variables: Annotated[list[VariableShape], Field(max_length=MAX_VARIABLES)] = []
    description: Annotated[Line, Field(max_length=500)] = ""
    archived: bool = False


class TemplateOut(BaseModel):
    """A template in its newest version."""

    id: str
    name: str
    language: str
    body: str
    variables: list[VariableShape]
    description: str
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str | None


class TemplatePageOut(BaseModel):
    """A part of the templates, by name and language."""

    items: list[TemplateOut]
    total: int
    limit: int
    offset: int


class TemplateVersionOut(BaseModel):
    """A template's words in one version."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    body: str
    variables: list[VariableShape]
    made_at: datetime
    made_by: str | None


class TemplateVersionPageOut(BaseModel):
    """A part of the versions, newest first."""

    items: list[TemplateVersionOut]
    total: int
    limit: int
    offset: int


class PreviewIn(BaseModel):
    """Values to fill the gaps with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"variables": {"name": "Ana"}}]})

    variables: Values = Field(default_factory=dict)


class PreviewOut(BaseModel):
    """What the contact would read, as Markdown."""

    text: str


class StepShape(BaseModel):
    """One message of a sequence."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    after: Annotated[
        str,
        Field(
            max_length=40,
            description=f"Pause since the step before it went out, or since the enrolment: {PAUSES}.",
            examples=["P1D"],
        ),
    ]
    template: Annotated[Name, Field(description="The template's name; each contact gets it in its language.")]
    condition: Annotated[
        Condition | None,
        Field(description="Else the step is left out: still_open (nobody closed the conversation), no_reply."),
    ] = None

    def step(self) -> Step:
        return Step(after=self.after, template=self.template, condition=self.condition)


class QuietHoursShape(BaseModel):
    """Times of day in the contact's zone between which nothing is sent. It may go over midnight."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[str, Field(max_length=5, examples=["21:00"])]
    end: Annotated[str, Field(max_length=5, examples=["08:00"])]


class SequenceIn(BaseModel):
    """Messages that follow each other. A reply of the contact ends it, unless it is meant to go on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "after-purchase",
                    "steps": [{"after": "P1D", "template": "order-sent"}],
                    "quiet_hours": {"start": "21:00", "end": "08:00"},
                }
            ]
        },
    )

    name: Name
    description: Annotated[Line, Field(max_length=500)] = ""
    steps: Annotated[list[StepShape], Field(min_length=1, max_length=MAX_STEPS)]
    stop_on_reply: bool = True
    quiet_hours: QuietHoursShape | None = None

    def draft(self) -> SequenceDraft:
        plan = Plan(
            steps=tuple(each.step() for each in self.steps),
            stop_on_reply=self.stop_on_reply,
            quiet_hours=quiet_of(self.quiet_hours),
        )
        return SequenceDraft(name=self.name, plan=plan, description=self.description)


class SequencePatchIn(BaseModel):
    """What to change; what is left out stays. Whoever is enrolled goes on as it was when they began."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"stop_on_reply": False}]})

    name: Name = ""
    description: Annotated[Line, Field(max_length=500)] = ""
    steps: Annotated[list[StepShape], Field(min_length=1, max_length=MAX_STEPS)] = []
    stop_on_reply: bool = True
    quiet_hours: QuietHoursShape | None = None
    archived: bool = False


class SequenceOut(BaseModel):
    """A sequence as it is."""

    id: str
    name: str
    description: str
    steps: list[StepShape]
    stop_on_reply: bool
    quiet_hours: QuietHoursShape | None
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str | None


class SequencePageOut(BaseModel):
    """A part of the sequences, by name."""

    items: list[SequenceOut]
    total: int
    limit: int
    offset: int


class EnrolIn(KeyedIn):
    """Who begins the sequence. Without a zone or a language those of the contact's profile hold."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"contact_id": "con_019a0c1f5e7a70f19a4e2f60718293a4", "variables": {"name": "Ana"}}]
        },
    )

    contact_id: Annotated[str, Field(max_length=MAX_ID, pattern=ID_PATTERN)]
    variables: Values = Field(default_factory=dict)
    time_zone: Zone | None = None
    language: Language | None = None


class EnrolmentOut(BaseModel):
    """A contact's way through a sequence."""

    id: str
    sequence_id: str
    sequence_version: int
    contact_id: str
    status: str
    reason: str | None
    next_step: Annotated[int, Field(description="Counted from 0.")]
    steps: int
    variables: dict[str, str]
    language: str | None
    time_zone: str
    enrolled_by: ActorOut
    enrolled_at: datetime
    ended_at: datetime | None


class EnrolmentPageOut(BaseModel):
    """A part of the enrolments, newest first."""

    items: list[EnrolmentOut]
    total: int
    limit: int
    offset: int


def quiet_of(shape: QuietHoursShape | None) -> tuple[str, str] | None:
    return None if shape is None else (shape.start, shape.end)
