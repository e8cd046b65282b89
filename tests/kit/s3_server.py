"""A server that speaks the few calls of S3 that Deskhand uses, on a real port, and fails when it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

KEY_ID = "AKIDTEST"


@dataclass
class S3Server:
    """What it holds, and how it behaves: `fail_with` a status, or hang until `let_go` is set."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    fail_with: int | None = None
    hang: bool = False
    let_go: threading.Event = field(default_factory=threading.Event)
    requests: int = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3Server

    def do_PUT(self) -> None:
        content = self._body()
        if self._may():
            self.s3.objects[self._key] = content
            self._answer(200, headers={"ETag": '"1"'})

    def do_GET(self) -> None:
        if not self._may():
            return
        asked = parse_qs(urlsplit(self.path).query)
        if "list-type" in asked:
            self._answer(200, _listing(self.s3.objects, asked.get("prefix", [""])[0]))
        elif self._key in self.s3.objects:
            headers = {"ETag": '"1"', "Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"}
            self._answer(200, self.s3.objects[self._key], headers)
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        if self._may():
            self.s3.objects.pop(self._key, None)
            self._answer(204)

    def do_POST(self) -> None:
        """Several objects deleted at once."""
        body = self._body()
        if self._may():
            keys = [key.text or "" for key in ET.fromstring(body).findall(".//{*}Key")]  # noqa: S314 - of our own client
            for key in keys:
                self.s3.objects.pop(key, None)
            gone = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing is printed."""

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket").lstrip("/")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _may(self) -> bool:
        self.s3.requests += 1
        if self.s3.hang:
            self.s3.let_go.wait(20)
        if self.s3.fail_with is not None:
            self._answer(self.s3.fail_with, b"<Error><Code>Told</Code></Error>")
        elif f"Credential={KEY_ID}/" not in self.headers.get("Authorization", ""):
            self._answer(403, b"<Error><Code>InvalidAccessKeyId</Code></Error>")
        else:
            return True
        return False

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _listing(objects: dict[str, bytes], prefix: str) -> bytes:
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>&quot;1&quot;</ETag>"
        "<LastModified>2026-03-01T12:00:00.000Z</LastModified></Contents>"
        for key, content in sorted(objects.items())
        if key.startswith(prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """The server while the block runs."""
    state = S3Server()
    handler = type("Handler", (_Handler,), {"s3": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
