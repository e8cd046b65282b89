"""HTTP shapes of custom fields and pipelines. Above: the endpoints. Below: what they define."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from deskhand.crm.fields import CustomField, FieldChange, FieldType, NewField
from deskhand.crm.pipelines import Pipeline, StageDraft
from deskhand.crm.schemas import ID_PATTERN, MAX_ID, KeyedIn, Line

FieldKey = Annotated[str, Path(max_length=64, pattern=ID_PATTERN, examples=["seats"])]
PipelineId = Annotated[
    str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=["pip_019a0c1f5e7a70f19a4e2f60718293a4"])
]
_MOST = 200


class FieldIn(KeyedIn):
    """A custom field to define. Its key and type stay as they are for ever."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"key": "plan", "type": "choice", "choices": ["basic", "pro"]}]},
    )

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["plan"])]
    type: FieldType
    label: Annotated[Line | None, Field(description="The key in words unless given.")] = None
    description: Line = ""
    choices: list[Line] = Field(default_factory=list, max_length=_MOST, description="For the type `choice` alone.")

    def new(self) -> NewField:
        return NewField(
            key=self.key, type=self.type, label=self.label, description=self.description, choices=tuple(self.choices)
        )


class FieldPatch(KeyedIn):
    """What to change of a custom field; what is left out stays. A choice that contacts have cannot be taken away."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"label": "Plan", "choices": ["basic", "pro", "max"]}]}
    )

    label: Line | None = None
    description: Line | None = None
    choices: Annotated[list[Line] | None, Field(max_length=_MOST)] = None

    def change(self) -> FieldChange:
        choices = None if self.choices is None else tuple(self.choices)
        return FieldChange(label=self.label, description=self.description, choices=choices)


class CustomFieldOut(BaseModel):
    """A custom field as it is defined."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    key: str
    label: str
    description: str
    type: FieldType
    choices: list[str]
    created_at: datetime
    updated_at: datetime


class CustomFieldPageOut(BaseModel):
    """A part of the custom fields, by key."""

    items: list[CustomFieldOut]
    total: int
    limit: int
    offset: int


class StageIn(BaseModel):
    """A stage as it shall be; without its id a new one."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str | None, Field(max_length=MAX_ID, pattern=ID_PATTERN)] = None
    name: Annotated[Line, Field(examples=["Proposal sent"])]

    def draft(self) -> StageDraft:
        return StageDraft(id=self.id, name=self.name)


class PipelineIn(KeyedIn):
    """A pipeline with its stages in their order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Sales", "stages": [{"name": "Lead"}, {"name": "Won"}]}]},
    )

    name: Line
    stages: Annotated[list[StageIn], Field(max_length=_MOST)]


class PipelinePatch(KeyedIn):
    """What to change of a pipeline; what is left out stays. `stages` are all of them, in their new order."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "New business"}]})

    name: Line | None = None
    stages: Annotated[list[StageIn] | None, Field(max_length=_MOST)] = None


class StageOut(BaseModel):
    """A stage of a pipeline. Its id stays through every change of its name and place."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str


class PipelineOut(BaseModel):
    """A pipeline with its stages in their order."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    stages: list[StageOut]
    created_at: datetime
    updated_at: datetime


class PipelinePageOut(BaseModel):
    """A part of the pipelines, by name."""

    items: list[PipelineOut]
    total: int
    limit: int
    offset: int


def custom_field_out(field: CustomField) -> CustomFieldOut:
    return CustomFieldOut.model_validate(field)


def pipeline_out(pipeline: Pipeline) -> PipelineOut:
    return PipelineOut.model_validate(pipeline)
