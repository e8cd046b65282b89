"""Sealing, wrapping, signing: opens with what it was sealed with, in its place, and with nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.parts import SECRET
from deskhand.audit.keyring import ContactKey
from deskhand.audit.vault import DoesNotOpen, Vault, opened, sealed

keys = st.binary(min_size=32, max_size=32)


@given(keys, st.binary(max_size=500), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place(key: bytes, content: bytes, place: str) -> None:
    place = place.encode("utf-8", "replace").decode()
    assert opened(key, sealed(key, content, place), place) == content


@given(keys, st.binary(max_size=100), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_what_was_changed_does_not_open(key: bytes, content: bytes, at: int, change: int) -> None:
    changed = bytearray(sealed(key, content, "a"))
    changed[at % len(changed)] ^= change
    with pytest.raises(DoesNotOpen):
        opened(key, bytes(changed), "a")


@given(keys, st.integers(min_value=0, max_value=27))
def test_what_was_cut_does_not_open(key: bytes, kept: int) -> None:
    with pytest.raises(DoesNotOpen):
        opened(key, sealed(key, b"", "a")[:kept], "a")


def test_nothing_opens_with_another_key_in_another_place_or_without_a_key() -> None:
    key, other = b"k" * 32, b"o" * 32
    content = sealed(key, b"content", "here")
    for wrong_key, place in ((other, "here"), (key, "there"), (None, "here")):
        with pytest.raises(DoesNotOpen):
            opened(wrong_key, content, place)


def test_the_same_is_never_sealed_alike_twice() -> None:
    assert sealed(b"k" * 32, b"content", "a") != sealed(b"k" * 32, b"content", "a")


def test_a_wrapped_key_opens_for_its_tenant_its_owner_and_its_secret_alone() -> None:
    vault = Vault(SECRET)
    key = vault.new_key()
    wrapped = vault.wrapped("ten_1", "key_1", key)

    assert vault.unwrapped("ten_1", "key_1", wrapped) == key
    assert Vault(SECRET).unwrapped("ten_1", "key_1", wrapped) == key
    for other, tenant_id, owner in (
        (Vault("another"), "ten_1", "key_1"),
        (vault, "ten_2", "key_1"),
        (vault, "ten_1", "key_2"),
    ):
        with pytest.raises(DoesNotOpen):
            other.unwrapped(tenant_id, owner, wrapped)


def test_a_signature_holds_for_its_content_its_tenant_and_its_secret_alone() -> None:
    vault = Vault(SECRET)
    signature = vault.signature("ten_1", b"content")

    assert vault.is_signed("ten_1", b"content", signature)
    assert not vault.is_signed("ten_1", b"other", signature)
    assert not vault.is_signed("ten_2", b"content", signature)
    assert not Vault("another").is_signed("ten_1", b"content", signature)
    assert not vault.is_signed("ten_1", b"content", "é")


def test_a_key_does_not_show_itself() -> None:
    assert repr(ContactKey(id="key_1", secret=b"s" * 32)) == "ContactKey(id='key_1')"
