"""The OpenAPI document is complete, and the web client's types are made from this one."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from typer.testing import CliRunner

from deskhand.channels.openapi import describe
from deskhand.cli import app

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    printed = CliRunner().invoke(app, ["openapi"])
    assert printed.exit_code == 0
    found: dict[str, Any] = json.loads(printed.stdout)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_says_what_it_does_under_a_name_of_its_own(document: dict[str, Any]) -> None:
    assert [name for name, operation in operations(document) if not operation.get("description")] == []
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_failure_is_a_problem_detail(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and not name.startswith("get /health"):
                assert response["content"] == PROBLEM, f"{name} {status}"


def test_every_route_that_takes_a_token_says_what_happens_without_one(document: dict[str, Any]) -> None:
    silent = [
        name
        for name, operation in operations(document)
        if operation.get("security") and "401" not in operation["responses"]
    ]
    assert silent == []


def test_bodies_and_answers_have_examples(document: dict[str, Any]) -> None:
    for model in ("MessageIn", "AnswerOut", "Problem", "FeedbackIn", "SearchIn", "SignInIn"):
        assert document["components"]["schemas"][model]["examples"], model


def test_two_shapes_of_one_name_are_refused() -> None:
    class MessageIn(BaseModel):
        """Not what the chat takes."""

        subject: str

    async def receive(body: MessageIn) -> None:
        """Take a message of another kind."""

    app = FastAPI()
    app.add_api_route("/letters", receive, methods=["POST"])
    with pytest.raises(ValueError, match="'MessageIn'"):
        describe(app, [])


def test_the_committed_document_is_this_one(document: dict[str, Any]) -> None:
    assert json.loads((WEB / "openapi.json").read_text(encoding="utf-8")) == document, "run: make openapi"


def test_the_web_clients_types_are_made_from_it(tmp_path: Path) -> None:
    tool = WEB / "node_modules" / ".bin" / "openapi-typescript"
    if not tool.exists() or shutil.which("node") is None:
        pytest.skip("the web client's packages are not installed: make web")
    made = tmp_path / "schema.d.ts"
    subprocess.run([tool, WEB / "openapi.json", "-o", made], check=True, capture_output=True)
    assert made.read_text() == (WEB / "src" / "api" / "schema.d.ts").read_text(), "run: make openapi"
