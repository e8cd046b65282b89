"""`uvicorn deskhand.main:application`: the same house under any ASGI server."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cli.processes import clean_environment, running
from deskhand.main import Application

UVICORN = [sys.executable, "-W", "error", "-m", "uvicorn", "deskhand.main:application", "--port", "0"]


def test_it_answers_under_uvicorn_and_closes_in_good_order(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    environment = {"DESKHAND_DATA_DIR": str(data_dir)}
    with running(UVICORN, data_dir, ready="Uvicorn running on", log_to_stdout=True, environment=environment) as server:
        url = server.said[-1].partition("Uvicorn running on ")[2].split()[0]
        with httpx.Client(base_url=url, trust_env=False) as client:
            ready = client.get("/health/ready")
            config = client.get("/api/v1/chat/config")

        server.process.send_signal(signal.SIGTERM)
        server.read_until("Finished server process")
        server.process.wait(5)

    assert ready.json()["status"] == "ok"
    assert config.json()["tenant"] == "demo"
    assert not (data_dir / "deskhand.db-wal").exists()


def test_what_is_wrong_stops_the_server_with_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    ended = subprocess.run(
        UVICORN, capture_output=True, text=True, env=clean_environment(), cwd=tmp_path, check=False, timeout=60
    )

    assert ended.returncode == 3
    assert "The data directory 'data' cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_without_the_lifespan_a_request_says_what_to_switch_on() -> None:
    transport = httpx.ASGITransport(Application())
    async with httpx.AsyncClient(transport=transport, base_url="http://deskhand") as client:
        with pytest.raises(RuntimeError, match="--lifespan on"):
            await client.get("/health/live")
