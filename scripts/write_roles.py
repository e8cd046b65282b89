"""Writes `docs/roles.md` from the code: which role has which permission, and which route takes it."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deskhand.settings import load_settings
from deskhand.tenancy.permissions import MEANINGS, ROLE_PERMISSIONS, Permission
from deskhand.tenancy.roles import Role
from deskhand.testing.hash_embedder import HashEmbedder
from deskhand.testing.memory_index import MemoryIndex
from deskhand.wiring import open_house

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"
_PERMISSION = "x-permission"
_INTRODUCTION = """# Roles and permissions

Written by `scripts/write_roles.py` from the code; a test compares. Routes ask for a permission, never for a role.

- **Staff** sign in with a password. Their role is looked up at each request, not read from the token.
- **Contacts** are customers: their tokens reach their own conversations, and the documents cited in these, alone.
- **API keys** have the permissions they were given, and never more than whoever made them has at that moment.
- Owners and admins differ in one thing: only owners make, change or remove owners. The last active owner stays.
- What belongs to another tenant, or to another contact, answers 404.
- Another role, status or password, a sign-out, a revoked key, a suspended tenant: each holds at once in the process
  that did it, and after five seconds at the latest in every other.
- Too many failed sign-ins for one account or from one address are answered 429 for a while; see
  `DESKHAND_SIGN_IN_LIMIT` and `DESKHAND_TRUSTED_PROXIES` in `.env.example`.
"""


def page(document: dict[str, Any]) -> str:
    """The page, from the application's OpenAPI document."""
    return "\n".join([_INTRODUCTION, _who_may_what(), _what_routes_take(document)])


def _who_may_what() -> str:
    header = ["permission", "for", *(role.value for role in Role)]
    rows = [
        [
            f"`{permission.value}`",
            MEANINGS[permission],
            *("✓" if permission in ROLE_PERMISSIONS[role] else "" for role in Role),
        ]
        for permission in Permission
    ]
    return "## Who may what\n\n" + _table(header, rows)


def _what_routes_take(document: dict[str, Any]) -> str:
    taken: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            permission = operation.get(_PERMISSION) or "any good token or key"
            name = permission if _PERMISSION in operation else "nothing: public"
            taken.setdefault(name, []).append(f"`{method.upper()} {path}`")
    names = [*(permission.value for permission in Permission), *sorted(set(taken) - set(Permission))]
    rows = [
        [f"`{name}`" if name in set(Permission) else name, "<br>".join(sorted(taken[name]))]
        for name in names
        if name in taken
    ]
    return "## What routes take\n\n" + _table(["permission", "routes"], rows)


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


async def _document() -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        settings = load_settings(env_file=None, data_dir=folder, database_url="sqlite+aiosqlite://")
        embedder = HashEmbedder()
        async with open_house(settings, embedder=embedder, index=MemoryIndex(embedder.fingerprint)) as house:
            return house.app.openapi()


if __name__ == "__main__":
    PAGE.write_text(page(asyncio.run(_document())), encoding="utf-8")
    print(f"{PAGE.name} is up to date.")
