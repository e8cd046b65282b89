"""HTTP shapes of contacts, and what all routes of the CRM share. Above: the endpoints. Below: the model."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from deskhand.crm.lookup import CustomerLookup
from deskhand.crm.model import (
    PROFILE_FIELDS,
    AccountStatus,
    Actor,
    ActorKind,
    ContactChanged,
    CustomerProfile,
    InvalidContact,
    PipelineMove,
    ProfileChange,
    Source,
    TagChange,
    TagMode,
    Writing,
)
from deskhand.crm.values import MAX_KEY, MAX_TAGS
from deskhand.tenancy.http import allowed
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.scope import TenantScope

ID_PATTERN = r"^[A-Za-z0-9_-]+$"
MAX_ID = 60
MAX_LINE = 1_000
_CONTACT = "con_019a0c1f5e7a70f19a4e2f60718293a4"
_MAX_VERSION_DIGITS = 9

Reader = Annotated[TenantScope, allowed(Permission.CRM_READ)]
Writer = Annotated[TenantScope, allowed(Permission.CRM_WRITE)]
ContactId = Annotated[str, Path(max_length=MAX_ID, pattern=ID_PATTERN, examples=[_CONTACT])]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="The same key with the same request gives what the first one gave, for 30 days.",
        max_length=MAX_KEY,
        pattern=r"^[\x21-\x7e]+$",
        examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` that the change is based on: 412 when it is not the contact's any more."),
]
Line = Annotated[str, Field(max_length=MAX_LINE)]
Value = bool | int | float | str


class KeyedIn(BaseModel):
    """A body that may carry its idempotency key instead of the header. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid")

    idempotency_key: Annotated[
        str | None, Field(max_length=MAX_KEY, description="Instead of the header `Idempotency-Key`.")
    ] = None


class ContactPatch(KeyedIn):
    """What to change; null clears a field. `tags` takes the place of all tags, `custom_fields` is merged by key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Ada Keller", "phone": "+44 20 7946 0958", "custom_fields": {"seats": 12}}]
        },
    )

    name: Line | None = None
    email: Annotated[Line | None, Field(examples=["ada@example.com"])] = None
    phone: Annotated[Line | None, Field(description="With its country's code.", examples=["+442079460958"])] = None
    company: Line | None = None
    account_status: AccountStatus | None = None
    language: Annotated[Line | None, Field(examples=["en-GB"])] = None
    time_zone: Annotated[Line | None, Field(examples=["Europe/London"])] = None
    assigned_agent: Annotated[Line | None, Field(description="An agent's id.", examples=["support"])] = None
    tags: Annotated[list[Line] | None, Field(max_length=MAX_TAGS * 4)] = None
    custom_fields: dict[Line, Value | None] = Field(default_factory=dict, max_length=200)

    def change(self) -> ProfileChange:
        """The change with what was given."""
        given = self.model_fields_set & set(PROFILE_FIELDS)
        values = {name: getattr(self, name) for name in PROFILE_FIELDS if name in given}
        tags = None if self.tags is None else tuple(self.tags)
        return ProfileChange(values=values, custom_fields=self.custom_fields, tags=tags)


class ContactIn(ContactPatch):
    """A new contact, with what is known of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Ada Keller", "email": "ada@example.com", "company": "Larkspoke", "tags": ["vip"]}]
        },
    )

    account_status: AccountStatus = AccountStatus.ACTIVE


class TagsIn(KeyedIn):
    """Which tags to add, to remove, or to put in the place of all."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mode": "add", "tags": ["vip", "early adopter"]}]}
    )

    mode: TagMode
    tags: Annotated[list[Line], Field(max_length=MAX_TAGS * 4)]

    def change(self) -> TagChange:
        return TagChange(mode=self.mode, tags=tuple(self.tags))


class PipelineMoveIn(KeyedIn):
    """Where to put the contact. Without a stage it leaves the pipeline."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"pipeline": "Sales", "stage": "Proposal sent"}]}
    )

    pipeline: Annotated[
        Line | None, Field(description="Id or name; it may be left out while there is only one pipeline.")
    ] = None
    stage: Annotated[Line | None, Field(description="Id or name; null to leave the pipeline.")]

    def move(self) -> PipelineMove:
        return PipelineMove(pipeline=self.pipeline, stage=self.stage)


class ActorOut(BaseModel):
    """Who did something: a user or an API key, an agent in a turn, or the house itself."""

    model_config = ConfigDict(from_attributes=True)

    kind: ActorKind
    id: str | None
    turn_id: str | None


class PlaceOut(BaseModel):
    """Where a contact stands in a pipeline."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="The pipeline's id.")]
    name: Annotated[str, Field(examples=["Sales"])]
    stage_id: str
    stage: Annotated[str, Field(examples=["Proposal sent"])]
    since: datetime | None


class ContactOut(BaseModel):
    """What is known of a contact. `pipeline` is the one it was moved in last; `version` is the `ETag`."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str | None
    email: str | None
    phone: Annotated[str | None, Field(description="As E.164.", examples=["+442079460958"])]
    company: str | None
    account_status: AccountStatus
    language: str | None
    time_zone: str | None
    tags: list[str]
    custom_fields: dict[str, Value]
    pipeline: PlaceOut | None
    pipelines: list[PlaceOut]
    assigned_agent: str | None
    source: Source
    fetched_at: datetime
    created_at: datetime | None
    updated_at: datetime | None
    version: int


class ContactPageOut(BaseModel):
    """A part of the contacts, newest first."""

    items: list[ContactOut]
    total: int
    limit: int
    offset: int


class LookupOut(BaseModel):
    """What an agent of this tenant would see of the contact, in whichever CRM the tenant has."""

    contact_id: str
    found: bool
    account_status: AccountStatus | None
    profile: ContactOut | None
    source: Source | None
    fetched_at: datetime


class ContactErasedOut(BaseModel):
    """How many records were removed for good."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"erased": 7}]})

    erased: int


def contact_out(profile: CustomerProfile) -> ContactOut:
    places = [PlaceOut.model_validate(place) for place in profile.pipelines]
    return ContactOut(
        id=profile.id,
        name=profile.name,
        email=profile.email,
        phone=profile.phone,
        company=profile.company,
        account_status=profile.account_status,
        language=profile.language,
        time_zone=profile.time_zone,
        tags=list(profile.tags),
        custom_fields=dict(profile.custom_fields),
        pipeline=places[0] if places else None,
        pipelines=places,
        assigned_agent=profile.assigned_agent,
        source=profile.source,
        fetched_at=profile.fetched_at,
        created_at=profile.created_at,
        updated_at=profile.updated_at,
        version=profile.version,
    )


def lookup_out(found: CustomerLookup) -> LookupOut:
    return LookupOut(
        contact_id=found.contact_id,
        found=found.found,
        account_status=found.account_status,
        profile=contact_out(found.profile) if found.profile else None,
        source=found.source,
        fetched_at=found.fetched_at,
    )


def staff_writing(scope: TenantScope, header: str | None, body: KeyedIn | None = None) -> Writing:
    """The write of whoever makes the request, under the key of its header or its body.

    Raises:
        InvalidContact: when both are given and differ.
    """
    field = body.idempotency_key if body else None
    if header is not None and field is not None and header != field:
        raise InvalidContact("The header Idempotency-Key and the field idempotency_key differ: give one of them.")
    by = Actor(kind=ActorKind.USER, id=scope.key_id or scope.user_id)
    return Writing(by=by, idempotency_key=header if header is not None else field)


def etag_of(profile: CustomerProfile) -> str:
    return f'"{profile.version}"'


def version_in(if_match: str | None) -> int | None:
    """The version in the header; None when there is none, or any will do.

    Raises:
        ContactChanged: when it is none of ours, which no contact can have.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_VERSION_DIGITS):
        raise ContactChanged(f"No contact has the version {text[:40]!r}: read it again, and send its ETag.")
    return int(text)
