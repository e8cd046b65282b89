"""Around every request: its id, its time, its log line, a bound on its size, and one shape for whatever fails."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, File, Request, UploadFile
from pydantic import BaseModel

from deskhand.api import AppParts, create_app
from deskhand.kit.clock import SystemClock
from deskhand.kit.db import Database
from deskhand.kit.errors import NotFound, TooManyRequests
from deskhand.kit.telemetry import configure_logging
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.standing import Standing
from deskhand.tenancy.store import TenantStore
from deskhand.tenancy.tokens import TokenSigner
from shops import serving

MAX_BYTES = 1000
ONE = {"X-Request-ID": "one"}
GetLogged = Callable[..., Awaitable[list[dict[str, Any]]]]
log = structlog.get_logger("deskhand.test")


class Words(BaseModel):
    words: str


async def echo(body: Words) -> Words:
    log.info("echoing")
    return body


async def upload(file: Annotated[UploadFile, File()]) -> int:
    return len(await file.read())


async def read(request: Request) -> int:
    return sum([len(part) async for part in request.stream()])


async def break_down() -> None:
    raise RuntimeError("the secret recipe is at /etc/recipe")


async def refuse() -> None:
    raise NotFound("There is no such thing: look elsewhere.")


async def slow_down() -> None:
    raise TooManyRequests("Too fast.", retry_after=7)


def closed_gate() -> Gate:
    """For routes that ask nobody who they are."""
    clock, store = SystemClock(), TenantStore(Database("sqlite+aiosqlite://"))
    signer = TokenSigner("k" * 32, clock, staff_hours=1)
    return Gate(store=store, signer=signer, standing=Standing(store, clock), clock=clock)


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    router = APIRouter()
    for handler in (echo, upload, read):
        router.add_api_route(f"/{handler.__name__}", handler, methods=["POST"])
    for failing in (break_down, refuse, slow_down):
        router.add_api_route(f"/{failing.__name__}", failing, methods=["GET"])
    return create_app(
        AppParts(
            gate=closed_gate(),
            routers=[router],
            web_dir=tmp_path,
            cors_origins=(),
            max_request_bytes=MAX_BYTES,
            version="1",
        )
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real connection: what matters here is what a server makes of it."""
    async with serving(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as opened:
        yield opened


@contextmanager
def logging_at(level: str) -> Iterator[None]:
    """Logs in JSON on standard error meanwhile, and as before afterwards."""
    root = logging.getLogger()
    handlers, before, configuration = root.handlers[:], root.level, structlog.get_config()
    configure_logging(level, as_json=True)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
        structlog.configure(**configuration)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with logging_at("CRITICAL"):
        yield


@pytest.fixture
def get_logged(client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> GetLogged:
    """Makes a request, and gives the lines logged for it, without those of the server itself."""

    async def got(method: str, path: str, **request: Any) -> list[dict[str, Any]]:
        capsys.readouterr()
        with logging_at("INFO"):
            await client.request(method, path, **request)
        found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [line for line in found if not line["logger"].startswith("uvicorn")]

    return got


async def test_the_id_of_a_request_is_taken_and_sent_back(client: httpx.AsyncClient) -> None:
    response = await client.post("/echo", json={"words": "x"}, headers={"X-Request-ID": "from-the-proxy_1.2"})

    assert response.headers["X-Request-ID"] == "from-the-proxy_1.2"


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 101, "a\tb", "<script>", "é"])
async def test_a_request_without_a_sound_id_gets_one(client: httpx.AsyncClient, given: str | None) -> None:
    headers = {} if given is None else {b"X-Request-ID": given.encode()}

    responses = [await client.post("/echo", json={"words": "x"}, headers=headers) for _ in range(2)]

    ids = [response.headers["X-Request-ID"] for response in responses]
    assert all(made.startswith("req_") for made in ids)
    assert ids[0] != ids[1]


async def test_every_line_logged_for_a_request_carries_its_id(get_logged: GetLogged) -> None:
    lines = await get_logged("POST", "/echo", json={"words": "x"}, headers=ONE)
    lines += await get_logged("GET", "/refuse", headers={"X-Request-ID": "two"})

    assert [(line["event"], line["request_id"], line.get("path"), line.get("status")) for line in lines] == [
        ("echoing", "one", None, None),
        ("request", "one", "/echo", 200),
        ("request", "two", "/refuse", 404),
    ]


async def test_probes_are_not_logged(get_logged: GetLogged) -> None:
    assert await get_logged("GET", "/health/live") == []


async def test_every_answer_says_how_long_it_took(client: httpx.AsyncClient) -> None:
    for response in (await client.post("/echo", json={"words": "x"}), await client.get("/nowhere")):
        assert 0 <= float(response.headers["X-Process-Time"]) < 10


async def test_a_path_that_is_not_there_is_a_problem_detail(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere", headers=ONE)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "GET /nowhere: Not Found",
        "code": "not_found",
        "request_id": "one",
    }


async def test_a_method_that_is_not_taken_is_a_problem_detail(client: httpx.AsyncClient) -> None:
    response = await client.get("/echo")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"{broken", "body"), (b"", "body"), (b"\xff\xfe", "body"), (b'{"words": 1}', "body.words"), (b"[]", "body")],
)
async def test_a_body_that_does_not_fit_is_a_problem_detail_that_names_the_field(
    client: httpx.AsyncClient, body: bytes, field: str
) -> None:
    response = await client.post("/echo", content=body, headers={"Content-Type": "application/json"})

    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    if response.status_code != 400:
        assert (response.status_code, problem["code"]) == (422, "invalid_value")
        assert problem["errors"][0]["field"].startswith(field)
    assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_who_is_too_fast_is_told_when_to_come_back(client: httpx.AsyncClient) -> None:
    response = await client.get("/slow_down")

    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")


async def test_a_body_that_says_it_is_too_long_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/echo", content=b"x" * (MAX_BYTES + 1))

    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "too_large"
    assert problem["detail"] == "The request is larger than 1,000 bytes: send less at once."
    assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_a_body_as_long_as_is_allowed_is_taken(client: httpx.AsyncClient) -> None:
    assert (await client.post("/read", content=b"x" * MAX_BYTES)).json() == MAX_BYTES


FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


async def pieces(size: int, start: bytes = b"") -> AsyncIterator[bytes]:
    """A body that does not say how long it will be."""
    yield start
    for _ in range(size // 100):
        yield b"x" * 100


async def test_a_body_that_does_not_say_how_long_it_is_may_be_as_long(client: httpx.AsyncClient) -> None:
    assert (await client.post("/read", content=pieces(MAX_BYTES))).json() == MAX_BYTES


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        ("/read", "text/plain", b""),
        ("/echo", "application/json", b""),
        ("/upload", "multipart/form-data; boundary=x", FILE),
    ],
)
async def test_a_body_that_turns_out_too_long_is_refused(
    client: httpx.AsyncClient, path: str, kind: str, start: bytes
) -> None:
    response = await client.post(path, content=pieces(MAX_BYTES * 3, start), headers={"Content-Type": kind})

    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


async def test_what_nobody_expected_says_the_id_to_look_for_and_nothing_else(client: httpx.AsyncClient) -> None:
    response = await client.get("/break_down", headers=ONE)

    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Request-ID"] == "one"
    assert response.json() == {
        "type": "about:blank",
        "title": "Something went wrong",
        "status": 500,
        "detail": "The request failed and was logged under the id 'one': please try again.",
        "code": "internal_error",
        "request_id": "one",
    }


async def test_what_nobody_expected_is_logged_with_its_id_and_its_traceback(get_logged: GetLogged) -> None:
    (broke,) = [line for line in await get_logged("GET", "/break_down", headers=ONE) if "exception" in line]

    assert "the secret recipe" in broke["exception"]
    assert broke["request_id"] == "one"


async def test_what_nobody_expected_is_timed_and_logged_like_any_request(
    client: httpx.AsyncClient, get_logged: GetLogged
) -> None:
    lines = await get_logged("GET", "/break_down", headers=ONE)

    assert [line["status"] for line in lines if line["event"] == "request"] == [500]
    assert "X-Process-Time" in (await client.get("/break_down")).headers
