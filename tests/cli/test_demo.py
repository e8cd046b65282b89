"""`deskhand demo`: a whole shop to try Deskhand with, the same at every start."""

import re
import signal
from pathlib import Path
from typing import Any

from cli.processes import Run, Server, serving
from deskhand.agents.contract_defaults import default_contracts
from deskhand.demo.seed import NEIGHBOUR
from deskhand.tenancy.roles import Role


def sign_in_of(server: Server) -> dict[str, str]:
    (line,) = [line for line in server.said if line.startswith("Sign-in")]
    found = re.fullmatch(r"Sign-in: tenant (\S+), e-mail (\S+), password (\S+)", line)
    assert found is not None
    return dict(zip(("tenant", "email", "password"), found.groups(), strict=True))


def sources(server: Server) -> list[dict[str, Any]]:
    with server.client() as client:
        token = client.post("/api/v1/auth/sign-in", json=sign_in_of(server)).json()["token"]
    with server.client(token) as client:
        page = client.get("/api/v1/knowledge/bases/help-centre/sources", params={"limit": 100}).json()
    items: list[dict[str, Any]] = page["items"]
    return items


def assert_nothing_of_the_other_company_can_be_reached(server: Server) -> None:
    """Signed in to the one, every id of the other is unknown, and no list shows it."""
    sign_in = sign_in_of(server)
    mine = source_ids(server, sign_in)
    theirs = source_ids(server, sign_in | {"tenant": NEIGHBOUR.slug, "email": NEIGHBOUR.email(Role.OWNER)})
    assert theirs
    assert not mine & theirs
    with server.client(token_of(server, sign_in)) as client:
        assert {client.get(f"/api/v1/chat/sources/{source_id}").status_code for source_id in theirs} == {404}
        emails = [user["email"] for user in client.get("/api/v1/users").json()["items"]]
    assert emails
    assert not any(email.endswith(NEIGHBOUR.domain) for email in emails)


def token_of(server: Server, sign_in: dict[str, str]) -> str:
    with server.client() as client:
        return str(client.post("/api/v1/auth/sign-in", json=sign_in).json()["token"])


def source_ids(server: Server, sign_in: dict[str, str]) -> set[str]:
    with server.client(token_of(server, sign_in)) as client:
        page = client.get("/api/v1/knowledge/bases/help-centre/sources", params={"limit": 100}).json()
    return {source["id"] for source in page["items"]}


def test_a_second_start_reads_nothing_anew_and_has_the_same_sign_in(run: Run, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, command="demo") as first:
        there = sources(first)
        sign_in = sign_in_of(first)
        answer = run("ask", "How long do I have to return an item?", "--json").json
        agents = run("agents", "list", "--json").json
        theirs = run("ask", "How do I pause my subscription?", "--json", "--tenant", NEIGHBOUR.slug).json
        ours = run("ask", "How do I pause my tea subscription?", "--json").json
        assert_nothing_of_the_other_company_can_be_reached(first)
        assert first.stop(signal.SIGINT) == 0
    with serving(data_dir, command="demo") as second:
        assert sources(second) == there
        assert sign_in_of(second) == sign_in
        assert second.stop(signal.SIGTERM) == 0

    assert len(there) >= 30
    assert len({source["media_type"] for source in there}) >= 5
    assert answer["answered"] is True
    assert answer["citations"]
    assert {agent["id"] for agent in agents} == {draft.id for draft in default_contracts()}
    assert "My teas" in theirs["answer"]
    assert not any("tea" in citation["quote"].split() for citation in ours["citations"])
