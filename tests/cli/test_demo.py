"""`deskhand demo`: a whole shop to try Deskhand with, the same at every start."""

import re
import signal
from pathlib import Path
from typing import Any

from cli.processes import Run, Server, serving


def sign_in_of(server: Server) -> dict[str, str]:
    (line,) = [line for line in server.said if line.startswith("Sign-in")]
    found = re.fullmatch(r"Sign-in \(staff API\): tenant (\S+), e-mail (\S+), password (\S+)", line)
    assert found is not None
    return dict(zip(("tenant", "email", "password"), found.groups(), strict=True))


def sources(server: Server) -> list[dict[str, Any]]:
    with server.client() as client:
        token = client.post("/api/v1/auth/sign-in", json=sign_in_of(server)).json()["token"]
    with server.client(token) as client:
        page = client.get("/api/v1/knowledge/bases/help-centre/sources", params={"limit": 100}).json()
    items: list[dict[str, Any]] = page["items"]
    return items


def test_a_second_start_reads_nothing_anew_and_has_the_same_sign_in(run: Run, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, command="demo") as first:
        there = sources(first)
        sign_in = sign_in_of(first)
        answer = run("ask", "How long do I have to return an item?", "--json").json
        assert first.stop(signal.SIGINT) == 0
    with serving(data_dir, command="demo") as second:
        assert sources(second) == there
        assert sign_in_of(second) == sign_in
        assert second.stop(signal.SIGTERM) == 0

    assert len(there) >= 30
    assert len({source["media_type"] for source in there}) >= 5
    assert answer["answered"] is True
    assert answer["citations"]
