"""Whatever is sent to any operation of the OpenAPI document: never a 5xx, never an answer outside of the document.

A real server, with real things behind some of the ids, so that more than "not found" is reached.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cli.processes import Server, serving
from deskhand.kit.clock import SystemClock
from deskhand.tenancy.roles import Role
from deskhand.tenancy.tokens import TokenSigner
from shops import HELP_CENTRE

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = Path(__file__).parents[2] / "web" / "openapi.json"
"""Held against the running code by another test."""
OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_path(DOCUMENT).get_all_operations() if isinstance(found, Ok)
]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
"""Requests made up for each operation; set it higher to look longer."""
REAL = 0.75
"""How many of the ids lead somewhere."""
SECRET = "a secret of the tests with more than 32 characters"
SETTINGS = {
    "DESKHAND_SECRET_KEY": SECRET,
    "DESKHAND_LOG_LEVEL": "ERROR",
    "DESKHAND_VISITOR_LIMIT__REQUESTS": "100000",
}


@dataclass
class Target:
    """A server with something of each kind in it."""

    server: Server
    tenant_id: str
    ids: dict[str, list[str]] = field(default_factory=dict)

    def token(self) -> str:
        """A new one for each request, since one of the operations takes them back."""
        signer = TokenSigner(SECRET, SystemClock(), staff_hours=1)
        return signer.for_user(tenant_id=self.tenant_id, user_id="local", role=Role.OWNER).token


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with serving(tmp_path_factory.mktemp("fuzzing") / "data", **SETTINGS) as server:
        with server.client() as client:
            body = client.post("/api/v1/chat/tokens", json={}).json()
        claims = TokenSigner(SECRET, SystemClock(), staff_hours=1).read(body["token"])
        found = Target(server=server, tenant_id=claims.tenant_id)
        with server.client(found.token()) as owner:
            found.ids = fill(owner)
        yield found


def fill(owner: httpx.Client) -> dict[str, list[str]]:
    """Something of each kind, by the name of the parameter that its id goes into."""
    owner.post("/api/v1/knowledge/bases", json={"slug": "help-centre"})
    for name, text in HELP_CENTRE.items():
        owner.post("/api/v1/knowledge/bases/help-centre/sources", files={"file": (name, text.encode())})
    identity = {"short_description": "Answers."}
    owner.post("/api/v1/agents", json={"id": "robin", "name": "Robin", "identity": identity})
    owner.patch("/api/v1/agents/robin", json={"traits": {"humor": 1}})
    answer = owner.post("/api/v1/agents/robin/chat", json={"message": "How long can I return a helmet?"}).json()
    user = owner.post("/api/v1/users", json={"email": "x@example.com", "name": "X", "role": "viewer"}).json()
    contact_id = owner.get("/api/v1/crm/contacts").json()["items"][0]["id"]
    return {
        **fill_customers(owner, contact_id),
        **fill_work(owner, contact_id),
        "contact_id": [contact_id],
        "session_id": [answer["session_id"]],
        "thread_id": [answer["thread_id"]],
        "message_id": [answer["message"]["id"]],
        "source_id": [answer["citations"][0]["source_id"]],
        "user_id": [user["user"]["id"] if "user" in user else user["id"]],
        "agent_id": ["robin"],
        "version": ["1.0.0"],
        "from": ["1.0.0"],
        "to": ["1.0.1"],
    }


def fill_customers(owner: httpx.Client, contact_id: str) -> dict[str, list[str]]:
    """What the CRM keeps, with a message and a sequence that wait."""
    of_contact, later = f"contacts/{contact_id}", SystemClock().now() + timedelta(days=30)
    steps = {"name": "steps", "steps": [{"after": "P30D", "template": "words"}]}
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "note_id": (f"{of_contact}/notes", {"text": "Prefers a call."}),
        "pipeline_id": ("pipelines", {"name": "Sales", "stages": [{"name": "Lead"}]}),
        "template_id": ("templates", {"name": "words", "body": "Hello."}),
        "sequence_id": ("sequences", steps),
        "delivery_id": (f"{of_contact}/messages", {"text": "Hello.", "at": later.isoformat()}),
    }
    ids = {name: [made_at(owner, f"crm/{path}", body)] for name, (path, body) in made.items()}
    enrolment = made_at(owner, f"crm/sequences/{ids['sequence_id'][0]}/enrol", {"contact_id": contact_id})
    owner.post("/api/v1/crm/fields", json={"key": "plan", "type": "text"}).raise_for_status()
    return {**ids, "enrolment_id": [enrolment], "key": ["plan"]}


def fill_work(owner: httpx.Client, contact_id: str) -> dict[str, list[str]]:
    """What agents do together, and an order. Requests to a person are made by agents alone."""
    order = {"number": "A-1", "placed_at": "2026-02-20T09:30:00Z", "amount": "59.90", "currency": "GBP"}
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "order_id": ("orders", {**order, "contact_id": contact_id}),
        "plan_id": ("plans", {"task": "How long can I return a helmet?"}),
        "consensus_id": ("consensus", {"subject": "A longer trial", "facts": {}, "voters": ["robin", "support"]}),
    }
    return {name: [made_at(owner, path, body)] for name, (path, body) in made.items()}


def made_at(owner: httpx.Client, path: str, body: dict[str, Any]) -> str:
    """The id of what was made."""
    made = owner.post(f"/api/v1/{path}", json=body).raise_for_status()
    return str(made.json()["id"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
def test_no_request_breaks_the_server_or_gets_an_answer_outside_of_the_document(
    operation: schemathesis.APIOperation[Any, Any, Any, Any], target: Target
) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: schemathesis.Case[Any]) -> None:
        put_real_ids_in(case, target)
        headers = {"Authorization": f"Bearer {target.token()}"}
        case.call_and_validate(base_url=target.server.url, headers=headers, checks=CHECKS, timeout=30)

    holds()


def put_real_ids_in(case: schemathesis.Case[Any], target: Target) -> None:
    """In most requests; the others keep what was made up."""
    dice = random.Random(repr((case.path_parameters, case.query)))  # noqa: S311 - repeatable, not secret
    for values in (case.path_parameters, case.query):
        for name in values:
            if name in target.ids and dice.random() < REAL:
                values[name] = dice.choice(target.ids[name])
