"""`deskhand serve`: found by the commands, alone on its data directory, and stopped without loss."""

import signal
import socket
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from cli.processes import Run, Server, new_contact, serving
from deskhand.commands.connection import call
from deskhand.commands.presence import ServerRuns, ServerUnreachable, claimed, find_server
from deskhand.commands.serving import address_of, listening_socket

STOPS_WITHIN_SECONDS = 5.0


def test_the_probes_say_that_it_is_alive_and_ready(server: Server) -> None:
    with server.client() as client:
        assert client.get("/health/live").json() == {"status": "ok", "checks": {}}
        ready = client.get("/health/ready")

    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "checks": {"database": "ok", "index": "ok"}}


def test_it_says_where_it_is_reached_and_how_it_is_stopped(server: Server) -> None:
    assert server.said[1:] == [
        f"Deskhand is running. Chat: {server.url}   API: {server.url}/docs",
        "Stop with Ctrl-C.",
    ]


def test_commands_go_through_it_while_it_holds_the_index(through: Run, server: Server, documents: Path) -> None:
    through("ingest", documents, "--kb", "through")
    answer = through("ask", "How long can I return a helmet?", "--kb", "through", "--json").json["answer"]

    with new_contact(server) as contact:
        session = contact.post("/api/v1/sessions", json={}).json()["id"]
        said = contact.post(f"/api/v1/chat/sessions/{session}/messages", json={"message": "How long for a return?"})

    assert "30 days" in answer
    assert said.status_code == 200


def test_a_second_server_on_its_data_directory_is_refused(through: Run, server: Server) -> None:
    error = through("serve", "--port", "0").error

    assert error == (
        f"Deskhand runs already on the data directory {str(server.data_dir)!r} "
        f"(process {server.process.pid} at {server.url}): stop it first, or choose another directory with --data-dir."
    )
    assert through("demo", "--port", "0").error == error
    assert through("reindex").error == error


def test_a_port_that_is_taken_is_refused(run: Run, server: Server) -> None:
    port = server.url.rpartition(":")[2]

    error = run("serve", "--port", port).error

    assert error == (
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use): "
        f"stop what runs there, or choose another with --port {int(port) + 1}."
    )


def test_it_stops_when_asked_to_also_with_customers_connected(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir) as server, new_contact(server) as contact:
        token = contact.headers["Authorization"].removeprefix("Bearer ")
        with connect(f"ws{server.url.removeprefix('http')}/ws") as socket_:
            socket_.send(f'{{"type": "hello", "token": "{token}"}}')
            assert '"connected"' in str(socket_.recv())

            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(STOPS_WITHIN_SECONDS) == 0

        assert socket_.protocol.close_code == 1012

    assert not (data_dir / "server.json").exists()
    # The write-ahead log is folded into the database by whoever closes it last, in good order.
    assert not (data_dir / "deskhand.db-wal").exists()
    assert find_server(data_dir) is None
    assert [line["event"] for line in server.log_lines() if line["level"] in {"warning", "error"}] == []


def test_a_server_on_one_data_directory_at_a_time(tmp_path: Path) -> None:
    with claimed(tmp_path) as claim:
        with pytest.raises(ServerUnreachable, match="is just starting"):
            find_server(tmp_path)
        claim.announce("http://127.0.0.1:1")
        assert find_server(tmp_path) == "http://127.0.0.1:1"
        with pytest.raises(ServerRuns, match=r"process \d+ at http://127.0.0.1:1"), claimed(tmp_path):
            pass

    assert find_server(tmp_path) is None
    with claimed(tmp_path):
        pass


@pytest.mark.parametrize("left", ['{"pid": 1, "url": "http://127.0.0.1:9"}', "{}", "[1]", "", "\x00"])
def test_what_a_killed_server_left_behind_is_not_believed(tmp_path: Path, left: str) -> None:
    (tmp_path / "server.lock").touch()
    (tmp_path / "server.json").write_text(left)

    assert find_server(tmp_path) is None


def test_nothing_runs_where_no_data_directory_is(tmp_path: Path) -> None:
    assert find_server(tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()


async def test_a_server_that_is_gone_in_the_middle_is_one_clear_line(unused_tcp_port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}") as client:
        with pytest.raises(ServerUnreachable, match="see its log, then run this again"):
            await call(client, "GET", "/health/live")


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:"), ("localhost", "http://")],  # noqa: S104
)
def test_the_address_is_one_that_this_machine_can_reach(host: str, reached: str) -> None:
    with listening_socket(host, 0) as listener:
        assert address_of(listener).startswith(reached)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_an_address_of_ipv6_is_put_in_brackets(host: str) -> None:
    try:
        listener = listening_socket(host, 0)
    except Exception as error:  # noqa: BLE001 - built in, but switched off
        pytest.skip(str(error))
    with listener:
        assert address_of(listener).startswith("http://[::1]:")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 70, "192.0.2.1"])
def test_a_host_that_is_not_of_this_machine_is_refused(run: Run, host: str) -> None:
    error = run("serve", "--host", host, "--port", "0").error

    assert host in error
