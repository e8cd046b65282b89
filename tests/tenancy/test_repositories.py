"""No repository without a scope, and the ways around a scope are few and named."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from deskhand.tenancy.scope import TenantScope

SOURCE = Path(__file__).parents[2] / "src" / "deskhand"
# Who may look across tenants: whoever checks a token or a password, and the sweeps that give each find its own scope.
ACROSS = {
    "tenancy/store.py",
    "tenancy/standing.py",
    "tenancy/sign_in.py",
    "conversations/lifecycle.py",
    "commands/recovery.py",
    # Counts jobs, and names their kinds, for whoever owns the machine.
    "commands/doctor.py",
    # What sweeps look for what is due in every tenant, and then take each in a scope of its own.
    "attachments/conversions.py",
    "audit/writer.py",
    "escalation/overdue.py",
    "escalation/sender.py",
    "jobs/queue.py",
    "memory/keeper.py",
}
# Who may open a session without a scope: it reaches the table of tenants alone, or none.
UNSCOPED = {"tenancy/store.py", "tenancy/directory.py", "agents/runtime.py", "commands/recovery.py", "wiring.py"}
# Who may go round sessions altogether.
ROUND_SESSIONS = {"kit/db.py", "kit/sqlite_driver.py", "migrations/run.py"}


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def repositories() -> list[Any]:
    found = []
    for name, text in modules():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Repository"):
                module = importlib.import_module("deskhand." + name.removesuffix(".py").replace("/", "."))
                found.append(getattr(module, node.name))
    return found


def test_there_are_repositories_to_walk() -> None:
    assert len(repositories()) >= 5


@pytest.mark.parametrize("repository", repositories(), ids=lambda repository: repository.__name__)
def test_a_repository_cannot_be_built_without_a_scope(repository: Any) -> None:
    parameters = inspect.signature(repository).parameters
    assert "scope" in parameters, "its constructor takes a TenantScope"
    assert parameters["scope"].default is inspect.Parameter.empty
    assert get_type_hints(repository.__init__)["scope"] is TenantScope
    others = {name: None for name in parameters if name != "scope"}
    with pytest.raises(TypeError, match="scope"):
        repository(**others)


def using(pattern: str) -> set[str]:
    return {name for name, text in modules() if re.search(pattern, text) and not name.startswith("migrations/versions")}


def test_who_looks_across_tenants_is_named() -> None:
    assert using(r"\bacross_tenants\(") == ACROSS


def test_who_opens_sessions_without_a_scope_is_named() -> None:
    assert using(r"database\.(read|write)\(\)") <= UNSCOPED


def test_who_goes_round_sessions_is_named() -> None:
    assert using(r"\.engine\b|\.connection\(|\.get_bind\(|create_async_engine|\.__table__") <= ROUND_SESSIONS
    assert using(r"(execute|scalars?|where|and_|or_)\(\s*text\(") <= {"wiring.py"}, (
        "SQL written as text is not filtered"
    )
