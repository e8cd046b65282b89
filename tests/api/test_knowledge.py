"""Knowledge over HTTP: documents in, unchanged, replaced, refused, out; and nobody else's."""

import io
import zipfile

import httpx
import pytest

from deskhand.tenancy.roles import Role
from deskhand.wiring import House
from shops import Send, Shop, open_shop

SOURCES = "/api/v1/knowledge/bases/help-centre/sources"


async def upload(client: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    return await client.post(SOURCES, files={"file": (name, content)}, data={"path": name})


async def passages(client: httpx.AsyncClient, query: str, *bases: str) -> list[str]:
    body = {"query": query, "bases": list(bases)}
    found = (await client.post("/api/v1/knowledge/search", json=body)).json()
    return [passage["source"] for passage in found["passages"]]


async def test_a_document_is_added_found_and_the_second_time_unchanged(owner: httpx.AsyncClient) -> None:
    content = b"# Loan bikes\n\nA loan bike is free while your own bike is in our workshop."
    added = (await upload(owner, "loans.md", content)).json()
    assert added["outcome"] == "added"
    assert added["source"]["title"] == "Loan bikes"
    assert (await passages(owner, "Do I get a loan bike?"))[0] == "loans.md"
    again = (await upload(owner, "loans.md", content)).json()
    assert again["outcome"] == "unchanged"
    assert again["embedded_chunks"] == 0
    assert again["source"]["updated_at"] == added["source"]["updated_at"]


async def test_a_changed_document_replaces_its_old_words_everywhere(owner: httpx.AsyncClient, shop: Shop) -> None:
    await upload(owner, "hours.md", b"# Hours\n\nThe shop opens at nine in the morning.")
    replaced = (await upload(owner, "hours.md", b"# Hours\n\nThe shop opens at ten in the morning.")).json()
    assert replaced["outcome"] == "replaced"
    found = (await owner.post("/api/v1/knowledge/search", json={"query": "When does the shop open?"})).json()
    texts = [passage["text"] for passage in found["passages"]]
    assert any("ten" in text for text in texts)
    assert not any("nine" in text for text in texts)


async def test_only_the_changed_part_of_a_document_is_embedded_again(owner: httpx.AsyncClient) -> None:
    def document(last: str) -> bytes:
        parts = [f"## Part {number}\n\n{'This part speaks of bells and horns. ' * 30}" for number in range(4)]
        return f"# Bells\n\n{chr(10).join(parts)}\n\n## Last\n\n{last * 30}".encode()

    first = (await upload(owner, "bells.md", document("A bell rings. "))).json()
    second = (await upload(owner, "bells.md", document("A horn sounds. "))).json()
    assert first["embedded_chunks"] == first["source"]["chunk_count"] > 2
    assert 0 < second["embedded_chunks"] < second["source"]["chunk_count"]


async def test_a_deleted_document_leaves_no_trace(owner: httpx.AsyncClient, shop: Shop) -> None:
    source_id = (await upload(owner, "loans.md", b"# Loan bikes\n\nA loan bike is free.")).json()["source"]["id"]
    assert (await owner.delete(f"/api/v1/knowledge/sources/{source_id}")).status_code == 204
    assert "loans.md" not in await passages(owner, "Is a loan bike free?")
    assert (await owner.get(f"/api/v1/chat/sources/{source_id}")).status_code == 404
    page = (await owner.get(SOURCES)).json()
    assert "loans.md" not in [source["path"] for source in page["items"]]
    assert await shop.house.index.count(shop.tenant.id, shop.base_id) == len(page["items"])


async def test_knowledge_bases_are_apart_and_can_be_removed_whole(owner: httpx.AsyncClient) -> None:
    assert (await owner.post("/api/v1/knowledge/bases", json={"slug": "internal"})).status_code == 201
    path = "/api/v1/knowledge/bases/internal/sources"
    await owner.post(path, files={"file": ("secret.md", b"# Margin\n\nThe margin on helmets is forty percent.")})
    assert await passages(owner, "What is the margin?", "internal") == ["secret.md"]
    assert "secret.md" not in await passages(owner, "What is the margin?", "help-centre")
    assert (await owner.delete("/api/v1/knowledge/bases/internal")).status_code == 204
    assert "secret.md" not in await passages(owner, "What is the margin?")
    assert (await owner.get(path)).status_code == 404


async def test_cached_results_are_forgotten_when_the_base_changes(owner: httpx.AsyncClient) -> None:
    question = "Can I hire a trailer for my dog?"
    assert "trailers.md" not in await passages(owner, question)
    await upload(owner, "trailers.md", b"# Trailers\n\nYou can hire a dog trailer for 12 pounds a day.")
    assert (await passages(owner, question))[0] == "trailers.md"


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\x00" * (300 * 1024 * 1024))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.pdf", b"%PDF-1.7\nthis is no pdf", "document_corrupt"),
        ("liar.docx", b"%PDF-1.7\n" + b"1 0 obj\n" * 50, "document_type_mismatch"),
        ("liar.md", b"\x7fELF\x00\x01\x02\x03" * 50, "document_type_mismatch"),
        ("program.exe", b"MZ\x00\x01", "document_type_not_allowed"),
        ("empty.md", b"", "document_empty"),
        ("huge.md", b"words " * 2_000_000, "document_too_large"),
        ("../../etc/passwd.md", b"# Hello\n\nthere", "document_bad_name"),
    ],
)
async def test_a_hostile_or_broken_document_is_refused_with_the_reason(
    name: str, content: bytes, code: str, owner: httpx.AsyncClient
) -> None:
    before = (await owner.get(SOURCES)).json()["total"]
    response = await upload(owner, name, content)
    assert response.status_code in {413, 415, 422}
    assert response.json()["code"] == code
    assert (await owner.get(SOURCES)).json()["total"] == before


async def test_a_zip_bomb_in_docx_clothing_is_refused(owner: httpx.AsyncClient) -> None:
    response = await upload(owner, "bomb.docx", bomb())
    assert response.status_code == 422
    assert response.json()["code"] == "document_archive_bomb"


async def test_contacts_read_the_documents_cited_to_them_and_change_nothing(
    contact: httpx.AsyncClient, owner: httpx.AsyncClient, send: Send, shop: Shop
) -> None:
    listed = {source["path"]: source["id"] for source in (await owner.get(SOURCES)).json()["items"]}
    cited = (await send("How long can I return a helmet?")).json()["citations"][0]["source_id"]
    assert cited == listed["returns.md"]
    assert (await contact.get(f"/api/v1/chat/sources/{cited}")).json()["markdown"]
    assert (await contact.get(f"/api/v1/chat/sources/{listed['battery.md']}")).status_code == 404
    async with shop.client(await shop.contact_token()) as other:
        assert (await other.get(f"/api/v1/chat/sources/{cited}")).status_code == 404
    assert (await owner.get(f"/api/v1/chat/sources/{listed['battery.md']}")).json()["markdown"]
    assert (await contact.delete(f"/api/v1/knowledge/sources/{cited}")).status_code == 403
    assert (await upload(contact, "mine.md", b"# Mine\n\nAll mine.")).status_code == 403
    assert (await contact.get("/api/v1/knowledge/bases")).status_code == 403
    assert (await contact.post("/api/v1/knowledge/search", json={"query": "x"})).status_code == 403


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
async def test_staff_who_do_not_build_may_look_but_not_change(role: Role, shop: Shop) -> None:
    async with shop.client(await shop.staff_token(role)) as client:
        assert (await client.get(SOURCES)).status_code == 200
        assert (await upload(client, "new.md", b"# New\n\nThing.")).status_code == 403
        assert (await client.delete("/api/v1/knowledge/bases/help-centre")).status_code == 403


async def test_another_tenant_finds_nothing_of_it(house: House, shop: Shop) -> None:
    other = await open_shop(house, "rival", {"own.md": "# Own\n\nThe rival sells kites."})
    (base,) = await house.library.bases(shop.owner_scope, ["help-centre"])
    (source, *_), _ = await house.library.sources(shop.owner_scope, base, limit=1, offset=0)
    async with other.client(other.owner_token()) as rival:
        assert await passages(rival, "How long can I return a helmet?") == ["own.md"]
        assert (await rival.get(f"/api/v1/chat/sources/{source.id}")).status_code == 404
        assert (await rival.delete(f"/api/v1/knowledge/sources/{source.id}")).status_code == 404
        assert [item["path"] for item in (await rival.get(SOURCES)).json()["items"]] == ["own.md"]
        assert (await rival.delete("/api/v1/knowledge/bases/help-centre")).status_code == 204
    async with shop.client(shop.owner_token()) as owner:
        assert (await owner.get(SOURCES)).json()["total"] == 3
        assert (await passages(owner, "How long can I return a helmet?"))[0] == "returns.md"
