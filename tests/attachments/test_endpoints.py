"""Attachments over HTTP: sent, refused in words, listed, downloaded without being shown, deleted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from attachments.desks import Desk, Visit
from attachments.files import a_pdf
from deskhand.api import AppParts, create_app
from deskhand.attachments.endpoints import AttachmentEndpoints
from deskhand.tenancy.gate import Gate
from deskhand.tenancy.scope import TenantScope

MAX_REQUEST_BYTES = 12_000_000
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


def client_of(desk: Desk, visit: Visit, folder: Path) -> httpx.AsyncClient:
    gate = Gate(store=desk.store, signer=desk.signer, standing=desk.standing, clock=desk.clock)
    app = create_app(
        AppParts(
            gate=gate,
            routers=[AttachmentEndpoints(desk.shelf()).router],
            web_dir=folder,
            cors_origins=(),
            max_request_bytes=MAX_REQUEST_BYTES,
            version="1",
        )
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {visit.token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://desk/api/v1", headers=headers)


@pytest.fixture
async def client(desk: Desk, visit: Visit, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(desk, visit, tmp_path) as opened:
        yield opened


async def send(client: httpx.AsyncClient, visit: Visit, *files: Any, **more: Any) -> httpx.Response:
    """Files as httpx takes them: (name, content) or (name, content, type), in the part `file`."""
    parts = [("file", each) for each in files]
    return await client.post(f"/sessions/{visit.session_id}/attachments", files=parts, **more)


def refused(response: httpx.Response, status: int, *words: str, code: str | None = None) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    for word in words:
        assert word in response.json()["detail"]
    if code is not None:
        assert response.json()["code"] == code


async def test_a_file_is_sent_listed_fetched_and_deleted(client: httpx.AsyncClient, visit: Visit) -> None:
    sent = await send(client, visit, ("Notes ü.txt", b"The helmet is too small.", "application/pdf"))
    assert sent.status_code == 201, sent.text
    body = sent.json()
    assert (body["status"], body["media_type"], body["bytes"]) == ("ready", "text/plain", 24)
    assert body["preview"] == "The helmet is too small."
    assert (await client.get(f"/attachments/{body['id']}")).json() == body
    listed = (await client.get(f"/sessions/{visit.session_id}/attachments?limit=1")).json()
    assert (listed["items"], listed["total"], listed["limit"], listed["offset"]) == ([body], 1, 1, 0)
    assert (await client.delete(f"/attachments/{body['id']}")).status_code == 204
    refused(await client.get(f"/attachments/{body['id']}"), 404, code="unknown_attachment")
    refused(await client.delete(f"/attachments/{body['id']}"), 404)


async def test_the_original_is_saved_and_never_shown(client: httpx.AsyncClient, visit: Visit) -> None:
    page = b"<!doctype html><html><body><script>alert(1)</script><p>Terms of sale.</p></body></html>"
    sent = (await send(client, visit, ('a "q" ü%\r\nX-Evil: 1.html', page, "text/html"))).json()
    response = await client.get(f"/attachments/{sent['id']}/content")
    assert response.content == page
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert "%C3%BC" in response.headers["content-disposition"]
    assert "x-evil" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert "no-store" in response.headers["cache-control"]


async def test_a_pdf_is_served_as_what_it_is(client: httpx.AsyncClient, visit: Visit) -> None:
    sent = (await send(client, visit, ("warranty.pdf", a_pdf(2)))).json()
    assert sent["pages"] == 2
    response = await client.get(f"/attachments/{sent['id']}/content")
    assert response.headers["content-type"] == "application/pdf"
    assert len(response.content) == sent["bytes"]


async def test_a_file_above_the_limit_is_413_with_the_limit(client: httpx.AsyncClient, visit: Visit) -> None:
    refused(await send(client, visit, ("large.txt", b"x" * 2_000_001)), 413, "2,000,000", code="attachment_too_large")
    assert (await send(client, visit, ("just.txt", b"words" + b" " * 1_999_995))).status_code == 201


async def test_nothing_is_read_of_a_file_beyond_the_limit(client: httpx.AsyncClient, visit: Visit) -> None:
    pieces = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        while pieces < 100:
            pieces += 1
            yield b"x" * 100_000

    response = await client.post(f"/sessions/{visit.session_id}/attachments", content=endless(), headers=BOUNDARY)
    refused(response, 413, "2,000,000", code="attachment_too_large")
    assert pieces < 25


async def test_a_field_that_is_no_file_is_bounded_too(client: httpx.AsyncClient, visit: Visit) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"y" * 200_000 + b"\r\n--x--\r\n"
    url = f"/sessions/{visit.session_id}/attachments"
    refused(await client.post(url, content=body, headers=BOUNDARY), 400)


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415, "multipart/form-data"),
        (b"words", {}, 415, "multipart/form-data"),
        (b"words", {"Content-Type": "multipart/form-data"}, 400, "multipart"),
        (b"words", BOUNDARY, 400, "multipart"),
        (b"", BOUNDARY, 422, "Field required"),
        (b"--x--\r\n", BOUNDARY, 422, "Field required"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nwords\r\n--x--\r\n', BOUNDARY, 422, "a text"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nwords\r\n--x--\r\n", BOUNDARY, 400, "multipart"),
        (b"\xff\xfe" * 100, BOUNDARY, 400, "multipart"),
    ],
)
async def test_a_body_that_is_no_upload_is_refused_in_words(
    client: httpx.AsyncClient, visit: Visit, body: bytes, headers: dict[str, str], status: int, word: str
) -> None:
    response = await client.post(f"/sessions/{visit.session_id}/attachments", content=body, headers=headers)
    refused(response, status, word)


async def test_two_files_at_once_or_in_another_part_are_refused(client: httpx.AsyncClient, visit: Visit) -> None:
    one = ("a.txt", b"words")
    refused(await send(client, visit, one, ("b.txt", b"more")), 422, "one file")
    refused(await send(client, visit, one, ("b.txt", b"more"), ("c.txt", b"most")), 400, "one file")
    url = f"/sessions/{visit.session_id}/attachments"
    refused(await client.post(url, files=[("file", one), ("other", ("b.txt", b"more"))]), 422, "one file")
    refused(await client.post(url, files=[("other", one)]), 422, "Field required")
    assert (await client.post(url, files=[("file", one)], data={"note": "a small field"})).status_code == 201


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.txt", b"", 422, "document_empty"),
        ("a.exe", b"MZ", 415, "document_type_not_allowed"),
        ("a.docx", a_pdf(), 415, "document_type_mismatch"),
        ("a.pdf", b"no pdf at all", 422, "document_corrupt"),
    ],
)
async def test_what_is_no_document_is_refused_in_words(
    client: httpx.AsyncClient, visit: Visit, name: str, content: bytes, status: int, code: str
) -> None:
    refused(await send(client, visit, (name, content)), status, name, code=code)


async def test_what_cannot_be_read_is_kept_as_refused(client: httpx.AsyncClient, visit: Visit) -> None:
    sent = await send(client, visit, ("locked.pdf", a_pdf(password="secret")))
    assert sent.status_code == 201
    assert (sent.json()["status"], sent.json()["code"]) == ("refused", "document_encrypted")
    assert "password" in sent.json()["reason"]


async def test_sessions_that_are_closed_unknown_or_another_s_take_none(
    client: httpx.AsyncClient, desk: Desk, staff: TenantScope, visit: Visit, tmp_path: Path
) -> None:
    file = {"file": ("a.txt", b"words")}
    refused(await client.post("/sessions/ses_none/attachments", files=file), 404, "'ses_none'")
    refused(await client.get("/sessions/ses_none/attachments"), 404)
    refused(await client.post("/sessions/a%20b/attachments", files=file), 422)
    sent = (await send(client, visit, ("a.txt", b"words"))).json()
    for other in (await desk.visit(staff), await desk.visit(await desk.tenant("rival"))):
        async with client_of(desk, other, tmp_path) as stranger:
            refused(await send(stranger, visit, ("a.txt", b"words")), 404)
            refused(await stranger.get(f"/attachments/{sent['id']}"), 404)
            refused(await stranger.get(f"/attachments/{sent['id']}/content"), 404)
            refused(await stranger.delete(f"/attachments/{sent['id']}"), 404)
    await desk.close_session(visit)
    refused(await send(client, visit, ("b.txt", b"more")), 409, visit.session_id, code="session_takes_no_attachments")


async def test_without_a_token_nothing_is_taken(client: httpx.AsyncClient, visit: Visit) -> None:
    client.headers.pop("Authorization")
    refused(await send(client, visit, ("a.txt", b"words")), 401)


async def test_the_document_describes_the_upload_and_its_failures(client: httpx.AsyncClient) -> None:
    document = (await client.get("http://desk/openapi.json")).json()
    upload = document["paths"]["/api/v1/sessions/{session_id}/attachments"]["post"]
    assert upload["requestBody"]["content"]["multipart/form-data"]["schema"]["required"] == ["file"]
    assert {"201", "400", "404", "409", "413", "415", "422", "503"} <= set(upload["responses"])
    assert upload["x-permission"] == "chat"
    content = document["paths"]["/api/v1/attachments/{attachment_id}/content"]["get"]
    assert "application/octet-stream" in content["responses"]["200"]["content"]
    assert content["x-permission"] == "conversations:read"
