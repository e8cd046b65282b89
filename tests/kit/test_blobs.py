"""The blob store: one contract on every kind of store, and what becomes of it when the store fails."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deskhand.kit.blobs import BlobMissing, BlobStore, BlobUnavailable
from deskhand.kit.errors import Misconfigured
from kit.s3_server import KEY_ID, S3Server, s3_server

SECRET = "very-secret-value"


def on_s3(server: S3Server, *, key_id: str = KEY_ID, timeout_seconds: float = 10.0, retries: int = 1) -> BlobStore:
    options = {
        "aws_access_key_id": key_id,
        "aws_secret_access_key": SECRET,
        "aws_endpoint": server.url,
        "aws_region": "us-east-1",
    }
    return BlobStore.open("s3://bucket/deskhand", options=options, timeout_seconds=timeout_seconds, retries=retries)


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture(params=["folder", "memory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "s3":
        return on_s3(request.getfixturevalue("server"))
    return BlobStore.open((tmp_path / "blobs").as_uri() if request.param == "folder" else "memory:///")


async def test_what_was_put_comes_back_byte_for_byte(blobs: BlobStore) -> None:
    content = bytes(range(256)) * 40_000
    await blobs.put("ten_1/attachments/att_1", content)
    await blobs.put("ten_1/attachments/att_2", b"")
    assert await blobs.get("ten_1/attachments/att_1") == content
    assert await blobs.get("ten_1/attachments/att_2") == b""


async def test_a_second_put_replaces_the_first(blobs: BlobStore) -> None:
    await blobs.put("ten_1/audit/a", b"first, and longer")
    await blobs.put("ten_1/audit/a", b"second")
    assert await blobs.get("ten_1/audit/a") == b"second"


async def test_what_is_not_there_is_missing_and_may_be_deleted_again(blobs: BlobStore) -> None:
    await blobs.put("ten_1/a", b"x")
    await blobs.delete("ten_1/a")
    await blobs.delete("ten_1/a")
    with pytest.raises(BlobMissing, match="'ten_1/a'"):
        await blobs.get("ten_1/a")


async def test_keys_are_listed_below_whole_parts_only(blobs: BlobStore) -> None:
    for key in ("ten_1/b/2", "ten_1/a/1", "ten_10/a/1"):
        await blobs.put(key, b"x")
    assert await blobs.keys("ten_1") == ["ten_1/a/1", "ten_1/b/2"]
    assert await blobs.keys("ten_1/a/") == ["ten_1/a/1"]
    assert await blobs.keys("") == sorted(["ten_10/a/1", "ten_1/a/1", "ten_1/b/2"])
    assert await blobs.keys("ten_2") == []


async def test_many_at_once_do_not_mix_up(blobs: BlobStore) -> None:
    await asyncio.gather(*(blobs.put(f"ten_1/many/{number}", str(number).encode()) for number in range(40)))
    found = await asyncio.gather(*(blobs.get(f"ten_1/many/{number}") for number in range(40)))
    assert found == [str(number).encode() for number in range(40)]


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "a/../b", "..", "a//b", "a/", ".hidden", "a b", "a\x00b", "a\\b", "é", "x" * 600, "a/%2e%2e/b"],
)
async def test_a_key_that_leads_elsewhere_is_refused_by_every_call(blobs: BlobStore, key: str) -> None:
    for call in (blobs.put(key, b"x"), blobs.get(key), blobs.delete(key)):
        with pytest.raises(ValueError, match="is no key"):
            await call
    if key not in {"", "a/"}:
        with pytest.raises(ValueError, match="is no key"):
            await blobs.keys(key)


async def test_a_folder_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    url = (tmp_path / "deep" / "blobs with blanks").as_uri()
    await BlobStore.open(url).put("ten_1/a", b"kept")
    again = BlobStore.open(url)
    assert await again.get("ten_1/a") == b"kept"
    await again.close()
    assert (tmp_path / "deep" / "blobs with blanks").stat().st_mode & 0o077 == 0, "others on the machine can read it"


async def test_a_folder_that_broke_is_unavailable_and_names_no_path(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    blobs = BlobStore.open(folder.as_uri())
    folder.rmdir()
    folder.write_text("a file where the folder was")
    with pytest.raises(BlobUnavailable) as failure:
        await blobs.put("ten_1/a", b"x")
    assert str(tmp_path) not in failure.value.detail


async def test_a_key_with_a_folder_s_name_is_no_file(tmp_path: Path) -> None:
    blobs = BlobStore.open(tmp_path.as_uri())
    await blobs.put("ten_1/a", b"x")
    with pytest.raises((BlobUnavailable, BlobMissing)):
        await blobs.get("ten_1")


@pytest.mark.parametrize("status", [500, 503, 403, 401])
async def test_a_server_that_refuses_is_unavailable(server: S3Server, status: int) -> None:
    blobs = on_s3(server)
    server.fail_with = status
    with capture_logs() as logs:
        for call in (blobs.put("a/b", b"x"), blobs.get("a/b"), blobs.delete("a/b"), blobs.keys("a")):
            with pytest.raises(BlobUnavailable) as failure:
                await call
    assert "127.0.0.1" not in failure.value.detail
    assert [line["call"] for line in logs] == ["put", "get", "delete", "list"]
    assert SECRET not in str(logs)


async def test_a_server_that_failed_once_is_asked_again(server: S3Server) -> None:
    blobs = on_s3(server)
    await blobs.put("a/b", b"x")
    server.fail_with = 500
    before = server.requests
    with pytest.raises(BlobUnavailable):
        await blobs.get("a/b")
    assert server.requests - before == 2
    server.fail_with = None
    assert await blobs.get("a/b") == b"x"


async def test_a_server_that_hangs_is_given_up(server: S3Server) -> None:
    blobs = on_s3(server, timeout_seconds=0.2, retries=0)
    server.hang = True
    with pytest.raises(BlobUnavailable):
        await blobs.get("a/b")
    server.let_go.set()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with s3_server() as gone:
        pass
    with pytest.raises(BlobUnavailable):
        await on_s3(gone).put("a/b", b"x")


async def test_a_wrong_key_of_the_account_is_unavailable_and_not_missing(server: S3Server) -> None:
    with pytest.raises(BlobUnavailable):
        await on_s3(server, key_id="SOMEBODY").get("a/b")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "file://relative/x", "file:///", "http://host/x", "s3://", "s3://user:hunter2@bucket", "az://x/y"],
)
def test_an_address_that_is_none_is_refused_when_it_is_opened(url: str) -> None:
    with pytest.raises(Misconfigured, match="blob store") as failure:
        BlobStore.open(url)
    assert "hunter2" not in failure.value.detail


def test_a_wrong_option_is_refused_without_its_value() -> None:
    with pytest.raises(Misconfigured) as failure:
        BlobStore.open("s3://bucket", options={"aws_no_such_option": SECRET})
    assert SECRET not in failure.value.detail


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("x")
    with pytest.raises(Misconfigured, match="cannot be used"):
        BlobStore.open((tmp_path / "blobs").as_uri())


def test_google_and_azure_are_opened_by_their_addresses() -> None:
    azure = {"azure_storage_account_name": "account", "azure_storage_account_key": "a2V5"}
    BlobStore.open("az://container/prefix", options=azure)
    BlobStore.open("gs://bucket/prefix", options={"google_skip_signature": "true"})
