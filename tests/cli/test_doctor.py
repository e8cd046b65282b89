"""`deskhand doctor`: one line for each thing that Deskhand needs, with the mend; it changes nothing."""

import os
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine, text

from cli.processes import Run, Server
from deskhand.llm.model_files import find_prepared
from deskhand.settings import load_settings

CHECKS = ["database", "jobs", "secret key", "embeddings", "index", "model", "server"]


def lines(out: str) -> dict[str, str]:
    """What is said about each thing, with the mark before it."""
    return {line[2:14].strip(): f"{line[0]} {line[15:]}" for line in out.splitlines()}


def execute(data_dir: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{data_dir}/deskhand.db")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_before_the_first_start_everything_is_well_and_nothing_is_made(run: Run, tmp_path: Path) -> None:
    ended = run("doctor")

    assert ended.code == 0
    assert list(lines(ended.out)) == CHECKS
    assert {line[0] for line in lines(ended.out).values()} == {"✓"}
    assert "made in 'data' at the first start" in lines(ended.out)["database"]
    assert not (tmp_path / "data").exists()


def test_beside_a_running_server_everything_is_well_and_the_index_is_in_use(through: Run, server: Server) -> None:
    ended = through("doctor")

    assert ended.code == 0
    said = lines(ended.out)
    assert said["database"].startswith("✓ sqlite, revision ")
    assert f"in use by process {server.process.pid}" in said["index"]
    assert said["server"] == f"✓ running at {server.url}"


def test_a_database_of_a_newer_version_is_told_and_left(run: Run, tmp_path: Path) -> None:
    run("migrate")
    execute(tmp_path / "data", "UPDATE alembic_version SET version_num = '9999'")

    ended = run("doctor")

    assert ended.code == 1
    assert lines(ended.out)["database"].startswith("✗ The database is at revision '9999', which this version")
    assert "install the newer version that made it" in ended.out
    assert "'9999'" in run("migrate").error
    assert "'9999'" in run("ask", "hello").error


def test_work_that_was_given_up_is_told_by_its_kind(run: Run, tmp_path: Path) -> None:
    run("migrate")
    assert lines(run("doctor").out)["jobs"] == "✓ none was given up"
    then = "'2026-01-01 00:00:00'"
    tenant = f"'ten_1', 'one', '', '', '', '[]', 'active', {then}"
    columns = "id, slug, company, agent_name, welcome, suggestions, status, created_at"
    execute(tmp_path / "data", f"INSERT INTO tenants ({columns}) VALUES ({tenant})")  # noqa: S608 - of constants
    columns = "id, tenant_id, kind, key, payload, state, due_at, next_at, attempts, created_at"
    for number in (1, 2):
        job = f"'job_{number}', 'ten_1', 'plan.run', '{number}', '{{}}', 'given_up', {then}, {then}, 8, {then}"
        execute(tmp_path / "data", f"INSERT INTO jobs ({columns}) VALUES ({job})")  # noqa: S608 - of constants

    ended = run("doctor")

    assert ended.code == 1
    assert lines(ended.out)["jobs"].startswith("✗ 2 were given up (plan.run 2): GET /api/v1/jobs tells why;")


def test_a_database_that_is_behind_is_told_and_not_migrated(run: Run, tmp_path: Path) -> None:
    run("migrate")
    execute(tmp_path / "data", "DELETE FROM alembic_version")

    ended = run("doctor")

    assert lines(ended.out)["database"] == "✓ sqlite, empty: run `deskhand migrate`"


def test_a_database_that_cannot_be_reached_is_told_without_its_password(
    run: Run, surroundings: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    surroundings.setenv("DATABASE_URL", f"postgres://desk:geheim@127.0.0.1:{unused_tcp_port}/desk")

    ended = run("doctor")

    assert ended.code == 1
    assert re.search("Connect call failed|Connection refused", lines(ended.out)["database"])
    assert "check DATABASE_URL" in lines(ended.out)["database"]
    assert "geheim" not in ended.out


def test_a_folder_for_models_that_cannot_be_written_is_told(
    run: Run, surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # For root a folder can always be written; below a file there is none for anybody.
    (tmp_path / "file").write_text("x")
    surroundings.setenv("DESKHAND_MODELS_DIR", str(tmp_path / "file" / "models"))

    ended = run("doctor")

    assert ended.code == 1
    assert lines(ended.out)["embeddings"] == (
        f"✗ {str(tmp_path / 'file')!r} cannot be written: set DESKHAND_MODELS_DIR to a folder that can be written."
    )
    assert "Error: " in run("models", "prepare").err


def test_a_model_that_is_not_there_is_told_and_not_fetched(
    run: Run, surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    surroundings.setenv("DESKHAND_MODELS_DIR", str(tmp_path / "models"))

    ended = run("doctor")

    assert ended.code == 1
    assert lines(ended.out)["embeddings"].endswith("run `deskhand models prepare`.")
    assert not (tmp_path / "models").exists()


def test_an_index_that_cannot_be_read_is_told_with_the_mend(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "data" / "index" / "qdrant-edge" / "layout.json"
    sheet.parent.mkdir(parents=True)
    sheet.write_text("{")

    ended = run("doctor")

    assert ended.code == 1
    assert "run `deskhand reindex`" in lines(ended.out)["index"]


def test_settings_that_are_wrong_stop_it_at_once(run: Run, surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("DESKHAND_LLM__PROVIDER", "openai")

    assert "OPENAI_API_KEY is not set" in run("doctor").error


class Provider(BaseHTTPRequestHandler):
    """Lists its models to whoever has the right key."""

    def do_GET(self) -> None:
        right = self.headers["Authorization"] == "Bearer right" and self.path == "/v1/models"
        self.send_response(200 if right else 401)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def provider() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Provider) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://user:geheim@127.0.0.1:{listening.server_port}/v1"
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("key", "says"), [("right", "✓ openai gpt-4o-mini at"), ("wrong", "refuses the key: check OPENAI_API_KEY.")]
)
def test_the_provider_is_asked_whether_it_takes_the_key(
    run: Run, surroundings: pytest.MonkeyPatch, provider: str, key: str, says: str
) -> None:
    surroundings.setenv("DESKHAND_LLM__PROVIDER", "openai")
    surroundings.setenv("OPENAI_API_KEY", key)
    surroundings.setenv("OPENAI_BASE_URL", provider.replace("user:geheim@", ""))

    ended = run("doctor")

    assert ended.code == (0 if key == "right" else 1)
    assert says in lines(ended.out)["model"]
    assert key not in lines(ended.out)["model"]


def test_a_provider_that_does_not_answer_is_told_without_its_credentials(
    run: Run, surroundings: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    surroundings.setenv("DESKHAND_LLM__PROVIDER", "openai")
    surroundings.setenv("OPENAI_API_KEY", "key")
    surroundings.setenv("OPENAI_BASE_URL", f"http://user:geheim@127.0.0.1:{unused_tcp_port}/v1")

    ended = run("doctor")

    assert ended.code == 1
    assert "does not answer" in lines(ended.out)["model"]
    assert "geheim" not in ended.out


def test_the_prepared_model_is_named_and_found_again(run: Run) -> None:
    prepared = find_prepared("sentence-transformers/all-MiniLM-L6-v2", load_settings().resolved_models_dir)
    assert prepared is not None

    ended = run("models", "prepare")

    assert ended.code == 0
    assert ended.out == f"The embedding model is ready in {prepared.folder}\n"
    assert os.path.isdir(prepared.folder)  # noqa: PTH112 - what the line is for
