"""The demo tenant: a fictional shop with its help centre, its staff and an agent to ask."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deskhand.kit.errors import DeskhandError
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House

FOLDER = Path(__file__).parent
HELP_CENTRE = FOLDER / "help_centre"
BASE = "help-centre"
AGENT_NAME = "Lark"
OWNER_EMAIL = "owner@larkspoke.example"
PASSWORD_FILE = "demo-password.txt"  # noqa: S105 - a file's name

Report = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """How to sign in to the demo. The password is made once and kept in the data directory."""

    tenant: str
    email: str
    password: str


async def seed(house: House, report: Report) -> SignIn:
    """Make or bring up to date the demo tenant; `report(done, all)` counts its documents. Safe to run again."""
    words = json.loads((FOLDER / "suggestions.json").read_text(encoding="utf-8"))
    slug = house.settings.default_tenant
    tenant = await house.directory.ensure_tenant(
        slug, company=words["company"], agent_name=AGENT_NAME, welcome=words["welcome"], suggestions=words["questions"]
    )
    password = _password(house.settings.data_dir / PASSWORD_FILE)
    user_id = await house.directory.ensure_user(tenant.id, email=OWNER_EMAIL, password=password, role=Role.OWNER)
    await _ingest(house, TenantScope(tenant_id=tenant.id, role=Role.OWNER, user_id=user_id), report)
    return SignIn(tenant=slug, email=OWNER_EMAIL, password=password)


async def _ingest(house: House, scope: TenantScope, report: Report) -> None:
    base = await house.library.ensure_base(scope, BASE, "Help centre")
    files = sorted(path for path in HELP_CENTRE.rglob("*") if path.is_file())
    changed = False
    for done, path in enumerate(files, start=1):
        name = path.relative_to(HELP_CENTRE).as_posix()
        try:
            outcome = await house.library.ingest(scope, base, name, path.read_bytes())
        except DeskhandError as error:
            raise type(error)(f"The demo document {name!r} was refused: {error.detail}") from error
        changed = changed or outcome.embedded_chunks > 0
        report(done, len(files))
    if changed:
        await house.library.optimize()


def _password(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii")
