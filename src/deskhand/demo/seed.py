"""The demo: two fictional shops, each with its help centre, its staff, its agents and its customers."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from deskhand.agents.contract_defaults import default_contracts
from deskhand.agents.model import AgentFilter
from deskhand.agents.runtime import DEFAULT_AGENT
from deskhand.demo.customers import CustomerSeeds
from deskhand.demo.shapes import customers_in
from deskhand.kit.errors import DeskhandError
from deskhand.tenancy.roles import Role
from deskhand.tenancy.scope import TenantScope
from deskhand.wiring import House

FOLDER = Path(__file__).parent
HELP_CENTRE = FOLDER / "help_centre"
BASE = "help-centre"
AGENT_NAME = "Lark"
PASSWORD_FILE = "demo-password.txt"  # noqa: S105 - a file's name

STAFF_ROLES = (Role.OWNER, Role.OPERATOR, Role.VIEWER)
MOST_AGENTS = 1000

Report = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """How to sign in to the demo. The password is made once and kept in the data directory."""

    tenant: str
    email: str
    password: str


async def seed(house: House, report: Report) -> SignIn:
    """Make or bring up to date the two demo tenants; `report(done, all)` counts the first one's documents.

    Safe to run again: agents that are there keep what was changed in them, users their passwords.
    """
    password = _password(house.settings.data_dir / PASSWORD_FILE)
    first = _first(house.settings.default_tenant)
    second = replace(NEIGHBOUR, slug=f"{first.slug}-2") if first.slug == NEIGHBOUR.slug else NEIGHBOUR
    await _seed(house, first, password, report)
    await _seed(house, second, password, lambda _done, _all: None)
    return SignIn(tenant=first.slug, email=first.email(Role.OWNER), password=password)


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """A demo tenant."""

    slug: str
    name: str
    domain: str
    agent_name: str
    welcome: str
    questions: tuple[str, ...]
    documents: Path
    customers: Path

    def email(self, role: Role) -> str:
        return f"{role.value}@{self.domain}"


NEIGHBOUR = Company(
    slug="kettle-crumb",
    name="Kettle & Crumb",
    domain="kettle-crumb.example",
    agent_name="Poppy",
    welcome="Hello! I am Poppy. Ask me about our teas, your order or your subscription.",
    questions=("How do I pause my subscription?", "How long does delivery take?"),
    documents=FOLDER / "second_help_centre",
    customers=FOLDER / "second_customers.json",
)
"""Another company on the same server: what it knows is out of the first one's reach, and the other way round."""


def _first(slug: str) -> Company:
    words = json.loads((FOLDER / "suggestions.json").read_text(encoding="utf-8"))
    return Company(
        slug=slug,
        name=words["company"],
        domain="larkspoke.example",
        agent_name=AGENT_NAME,
        welcome=words["welcome"],
        questions=tuple(words["questions"]),
        documents=HELP_CENTRE,
        customers=FOLDER / "customers.json",
    )


async def _seed(house: House, company: Company, password: str, report: Report) -> None:
    tenant = await house.directory.ensure_tenant(
        company.slug,
        company=company.name,
        agent_name=company.agent_name,
        welcome=company.welcome,
        suggestions=company.questions,
    )
    users = {
        role: await house.directory.ensure_user(
            tenant.id, email=company.email(role), password=password, role=role, name=f"Demo {role.value}"
        )
        for role in STAFF_ROLES
    }
    scope = TenantScope(tenant_id=tenant.id, role=Role.OWNER, user_id=users[Role.OWNER])
    await _ingest(house, scope, company.documents, report)
    await _make_agents(house, scope, company.agent_name)
    await CustomerSeeds(house, scope).sow(customers_in(company.customers))
    entry = await house.runtime.agent_for(scope, None)
    if entry.coordinates:
        # Else the first messages would go to the general agent while the examples are read.
        await house.coordinator.prepare(scope, entry)


async def _make_agents(house: House, scope: TenantScope, name: str) -> None:
    there, _ = await house.agents.agents(scope, AgentFilter(), limit=MOST_AGENTS, offset=0)
    taken = {agent.contract.id for agent in there}
    for draft in default_contracts():
        if draft.id not in taken:
            named = draft.model_copy(update={"name": name}) if draft.id == DEFAULT_AGENT else draft
            await house.agents.create(scope, named, summary="Shipped with Deskhand")


async def _ingest(house: House, scope: TenantScope, folder: Path, report: Report) -> None:
    base = await house.library.ensure_base(scope, BASE, "Help centre")
    files = _files_in(folder)
    changed = False
    for done, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        try:
            outcome = await house.library.ingest(scope, base, name, path.read_bytes())
        except DeskhandError as error:
            raise type(error)(f"The demo document {name!r} was refused: {error.detail}") from error
        changed = changed or outcome.embedded_chunks > 0
        report(done, len(files))
    if changed:
        await house.library.optimize()


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _password(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii")
