"""`deskhand migrate`, `reindex`, `openapi` and `version`."""

import importlib.metadata
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Run
from deskhand.migrations import run as run_migrations

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {}


@pytest.fixture
def operations(run: Run, document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation of the document by its method and path."""
    if not document:
        document.update(run("openapi").json)
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:  # a body that may be left out
        return resolved(document, schema["anyOf"][0])
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_migrating_makes_the_database_and_says_its_revision(run: Run, tmp_path: Path) -> None:
    first, second = run("migrate", "--data-dir", "a/b"), run("migrate", "--data-dir", "a/b")

    assert first.code == second.code == 0
    newest = max(step.name.partition("_")[0] for step in Path(run_migrations.__file__).parent.glob("versions/0*.py"))
    assert first.out == second.out == f"The database is at revision {newest}.\n"
    assert (tmp_path / "a" / "b" / "deskhand.db").exists()


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("version").out.strip() == importlib.metadata.version("deskhand")


def test_without_a_server_commands_open_the_store_themselves_and_the_index_can_be_rebuilt(
    run: Run, documents: Path, tmp_path: Path
) -> None:
    question = ("ask", "How long can I return a helmet?", "--json")
    assert run("ingest", documents).code == 0
    before = run(*question).json
    assert "30 days" in before["answer"]

    shutil.rmtree(tmp_path / "data" / "index")
    assert run("reindex").out == "The index is in line with the database; 3 passages were embedded.\n"
    assert run(*question).json == before

    # Filled by another model, the index cannot be opened; the command says what mends it, and that mends it.
    sheet = tmp_path / "data" / "index" / "qdrant-edge" / "layout.json"
    sheet.write_text(json.dumps(json.loads(sheet.read_text()) | {"fingerprint": "another-model"}))
    assert "run `deskhand reindex`" in run(*question).error
    assert "3 passages were embedded" in run("reindex").out
    assert run(*question).json == before


def test_reindexing_counts_the_passages_of_all_bases(run: Run, documents: Path) -> None:
    run("ingest", documents, "--kb", "one")
    run("ingest", documents / "returns.md", "--kb", "two")

    assert "; 0 passages were embedded." in run("reindex").out
    assert "; 4 passages were embedded." in run("reindex", "--fresh").out


def test_the_document_is_openapi_3_1(document: dict[str, Any], operations: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] == "Deskhand"
    assert document["info"]["version"] == importlib.metadata.version("deskhand")
    assert len(operations) > 15


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any], operations: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(references, node))
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known


def test_every_operation_has_a_summary_and_a_description(operations: dict[str, Any]) -> None:
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    assert [name for name, operation in operations.items() if not operation.get("description")] == []


def test_every_operation_has_an_id_of_its_own(operations: dict[str, Any]) -> None:
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


def test_every_failure_is_a_problem_detail_with_an_example(
    document: dict[str, Any], operations: dict[str, Any]
) -> None:
    odd = []
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if int(status) < 400 or "/health" in name:
                continue
            media = response["content"].get("application/problem+json", {})
            shape = resolved(document, media.get("schema", {}))
            is_problem = {"title", "status", "detail", "code"} <= set(shape.get("required", ()))
            if not is_problem or len(response["content"]) > 1 or not (shape.get("examples") or media.get("example")):
                odd.append(f"{name} {status}")
    assert odd == []


def test_every_operation_that_takes_a_token_says_that_it_may_be_refused(operations: dict[str, Any]) -> None:
    silent = [
        name
        for name, operation in operations.items()
        if operation.get("security") and "401" not in operation["responses"]
    ]
    assert silent == []


def test_every_body_in_json_has_an_example(document: dict[str, Any], operations: dict[str, Any]) -> None:
    bare = []
    for name, operation in operations.items():
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            continue
        schema = resolved(document, media["schema"])
        fields = schema.get("properties", {}).values()
        if not (schema.get("examples") or any("examples" in str(field) for field in fields)):
            bare.append(name)
    assert bare == []
