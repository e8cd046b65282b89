"""What each role may do. Routes ask for a permission, never for a role. Above: scope, every slice's endpoints."""

from collections.abc import Mapping
from enum import StrEnum

from deskhand.tenancy.roles import Role


class Permission(StrEnum):
    """One thing that may be allowed. `MEANINGS` says what."""

    CHAT = "chat"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_WRITE = "knowledge:write"
    AGENTS_READ = "agents:read"
    AGENTS_WRITE = "agents:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    API_KEYS = "api-keys"
    MEMORIES_READ = "memories:read"
    MEMORIES_WRITE = "memories:write"
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    AUDIT_READ = "audit:read"
    AUDIT_WRITE = "audit:write"
    USAGE_READ = "usage:read"
    APPROVALS_READ = "approvals:read"
    APPROVALS_DECIDE = "approvals:decide"
    CRM_READ = "crm:read"
    CRM_WRITE = "crm:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"


MEANINGS: Mapping[Permission, str] = {
    Permission.CHAT: "open and close sessions, send messages, give feedback",
    Permission.CONVERSATIONS_READ: "read conversations and the documents cited in them",
    Permission.CONVERSATIONS_WRITE: "change conversations",
    Permission.KNOWLEDGE_READ: "see and search knowledge bases",
    Permission.KNOWLEDGE_WRITE: "add, replace and remove documents and bases",
    Permission.AGENTS_READ: "see agents and their versions",
    Permission.AGENTS_WRITE: "make, change and archive agents",
    Permission.USERS_READ: "see staff",
    Permission.USERS_WRITE: "add and change staff",
    Permission.API_KEYS: "see, make and revoke API keys",
    Permission.MEMORIES_READ: "see what is remembered of contacts",
    Permission.MEMORIES_WRITE: "correct, add and erase memories",
    Permission.TICKETS_READ: "see tickets",
    Permission.TICKETS_WRITE: "take, resolve and close tickets, take conversations over and write in them",
    Permission.AUDIT_READ: "see, search and export the audit, replay turns",
    Permission.AUDIT_WRITE: "check the audit's chain, erase a contact's part of it, or all that is known of a person",
    Permission.USAGE_READ: "see what models were used and what they cost",
    Permission.APPROVALS_READ: "see what waits for a person's decision, and what was decided",
    Permission.APPROVALS_DECIDE: "allow, refuse and change what agents want to do",
    Permission.CRM_READ: "see contacts with their notes, events and messages",
    Permission.CRM_WRITE: "change contacts, write notes, send messages, set up pipelines, templates and sequences",
    Permission.PLANS_READ: "see plans and votes",
    Permission.PLANS_WRITE: "start and cancel plans, call for a vote",
    Permission.JOBS_READ: "see work that was given up",
    Permission.JOBS_WRITE: "have it tried again",
}

_READ = frozenset(
    {
        Permission.CONVERSATIONS_READ,
        Permission.KNOWLEDGE_READ,
        Permission.AGENTS_READ,
        Permission.USERS_READ,
        Permission.MEMORIES_READ,
        Permission.TICKETS_READ,
        Permission.USAGE_READ,
        Permission.APPROVALS_READ,
        Permission.CRM_READ,
        Permission.PLANS_READ,
    }
)
_OPERATE = _READ | {
    Permission.CHAT,
    Permission.CONVERSATIONS_WRITE,
    Permission.MEMORIES_WRITE,
    Permission.TICKETS_WRITE,
    Permission.AUDIT_READ,
    Permission.APPROVALS_DECIDE,
    Permission.CRM_WRITE,
    Permission.PLANS_WRITE,
    Permission.JOBS_READ,
    Permission.JOBS_WRITE,
}
_EVERYTHING = frozenset(Permission)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.ADMIN: _EVERYTHING,
    Role.OPERATOR: _OPERATE,
    Role.VIEWER: _READ,
    # A contact reaches its own conversations only: their repository sees to that.
    Role.CONTACT: frozenset({Permission.CHAT, Permission.CONVERSATIONS_READ}),
}
