"""The HTTP shapes of signing in, staff and API keys. Above: the endpoints; below: what they show."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from deskhand.tenancy.api_keys import ApiKey, KeyStatus
from deskhand.tenancy.directory import TenantProfile
from deskhand.tenancy.permissions import Permission
from deskhand.tenancy.roles import Role
from deskhand.tenancy.users import StaffMember, UserStatus

StaffRole = Literal[Role.OWNER, Role.ADMIN, Role.OPERATOR, Role.VIEWER]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must hold printable characters only")
    return text


def _trimmed(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return _printable(text.strip())


Slug = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["demo"])]
Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ada@example.com"]), AfterValidator(_printable)]
Name = Annotated[str, Field(max_length=100, examples=["Ada Lovelace"]), AfterValidator(_trimmed)]
Password = Annotated[str, Field(min_length=1, max_length=1000, examples=["correct horse battery staple"])]
Total = Annotated[int, Field(description="How many there are in all.")]


class SignInIn(BaseModel):
    """A member of staff signs in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"tenant": "demo", "email": "owner@example.com", "password": "correct horse battery"}]
        }
    )

    tenant: Slug
    email: Email
    password: Password


class TokenOut(BaseModel):
    """A bearer token, and until when it is good."""

    token: str
    expires_at: datetime


class PersonOut(BaseModel):
    """A member of staff, as whoever signed in sees themselves."""

    id: str
    email: str
    name: str
    role: Role


class TenantOut(BaseModel):
    """An organisation, by its address and its name."""

    slug: str
    company: str


class SignedInOut(TokenOut):
    """A staff token, whose it is, and what may be done with it."""

    user: PersonOut
    tenant: TenantOut
    permissions: list[Permission]


class MeOut(BaseModel):
    """Whose the token or key is. `user` is null for a contact, an API key and the operator's own commands."""

    user: PersonOut | None
    contact_id: str | None
    api_key_id: str | None
    tenant: TenantOut
    role: Role
    permissions: list[Permission]


class PasswordIn(BaseModel):
    """Another password for oneself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"current_password": "correct horse battery", "new_password": "four words are better"}]
        }
    )

    current_password: Password
    new_password: Annotated[Password, Field(description="10 to 1,000 characters, and not the e-mail address.")]


class ContactTokenIn(BaseModel):
    """A visitor opens the chat page of a tenant; without one, of the server's default tenant."""

    tenant: Slug | None = None


class ContactTokenOut(TokenOut):
    """A token that opens this one contact's conversations."""

    contact_id: str
    tenant: str


class ChatConfigOut(BaseModel):
    """What the chat page shows before the first message."""

    tenant: str
    company: str
    agent_name: str
    welcome: str
    suggestions: list[str]
    max_message_chars: int
    max_file_bytes: Annotated[int, Field(description="Of one attachment.")]
    allowed_file_types: Annotated[list[str], Field(description="Endings of attachments' names.", examples=[[".pdf"]])]


class UserIn(BaseModel):
    """A new member of staff."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ada@example.com", "name": "Ada Lovelace", "role": "operator"}]},
    )

    email: Email
    name: Name
    role: StaffRole
    password: Annotated[
        Password | None, Field(description="10 to 1,000 characters; without one, one is made and shown once.")
    ] = None


class UserPatch(BaseModel):
    """What is to be different about a member of staff; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "admin"}]})

    name: Name | None = None
    role: StaffRole | None = None
    status: UserStatus | None = None
    password: Annotated[Password | None, Field(description="Sets it anew, and ends all sign-ins of this user.")] = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set or any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("name at least one field to change, each with a value")
        return self


class UserOut(BaseModel):
    """A member of staff."""

    id: str
    email: str
    name: str
    role: Role
    status: UserStatus
    created_at: datetime


class NewUserOut(UserOut):
    """A new member of staff. `password` is shown this once, and only when it was made here."""

    password: str | None


class UserPage(BaseModel):
    """A part of the staff, by e-mail address."""

    items: list[UserOut]
    total: Total
    limit: int
    offset: int


class ApiKeyIn(BaseModel):
    """A new key for a program."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Website import", "permissions": ["knowledge:write"], "expires_at": "2027-01-01T00:00:00Z"}
            ]
        },
    )

    name: Name
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=100)]
    expires_at: Annotated[AwareDatetime | None, Field(description="When it ends; never, when left out.")] = None

    @property
    def expires_utc(self) -> datetime | None:
        return None if self.expires_at is None else self.expires_at.astimezone(UTC)


class ApiKeyOut(BaseModel):
    """A key, without its secret. It may never do more than whoever made it may at the time of the request."""

    id: str
    name: str
    begins: Annotated[str, Field(description="Its first characters.", examples=["dk_3f9a1c2b4d5e6f70"])]
    permissions: list[Permission]
    status: KeyStatus
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute.")]


class NewApiKeyOut(ApiKeyOut):
    """A new key. `key` is shown this once; send it as `Authorization: Bearer dk_…`."""

    key: str


class ApiKeyPage(BaseModel):
    """A part of the keys, newest first, revoked and expired ones too."""

    items: list[ApiKeyOut]
    total: Total
    limit: int
    offset: int


def user_out(member: StaffMember) -> UserOut:
    return UserOut(
        id=member.id,
        email=member.email,
        name=member.name,
        role=member.role,
        status=member.status,
        created_at=member.created_at,
    )


def person_out(member: StaffMember) -> PersonOut:
    return PersonOut(id=member.id, email=member.email, name=member.name, role=member.role)


def tenant_out(profile: TenantProfile) -> TenantOut:
    return TenantOut(slug=profile.slug, company=profile.company)


def api_key_out(key: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(
        id=key.id,
        name=key.name,
        begins=key.begins,
        permissions=list(key.permissions),
        status=key.status,
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )
