"""Servers on this machine that notices are sent to: one that hangs, one that fails first."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """What a webhook was sent. The first `failures` calls are answered with an error."""

    port: int = 0
    failures: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/s3cret-path"


@contextmanager
def webhook(*, failures: int = 0) -> Iterator[Webhook]:
    hook = Webhook(failures=failures)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.calls += 1
            if hook.calls <= hook.failures:
                self.send_response(503)
            else:
                hook.taken.append(body)
                self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def hanging_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    taken: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in taken:
            connection.close()
        thread.join()
