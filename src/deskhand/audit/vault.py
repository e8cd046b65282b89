"""What is secret in the audit: contacts' keys wrapped, personal parts sealed, the chain's end signed.

AES-256-GCM throughout, with what a ciphertext belongs to as associated data, so that none can be put in another's
place. The wrapping and the signing key come from the installation's secret by HKDF-SHA-256, one pair a tenant.
Above: writing, reading, verifying. Below: cryptography; this module knows no database.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
_TENANTS_KEPT = 256
_WRAPPING = "deskhand audit: wrapping of contacts' keys, 1"
_SIGNING = "deskhand audit: signing of the chain's end, 1"


class DoesNotOpen(Exception):
    """The key does not fit, or the ciphertext was changed."""


class Vault:
    """Holds nothing but what the installation's secret gives; what it makes is stored by others."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._derived = lru_cache(maxsize=_TENANTS_KEPT)(self._derive)

    def new_key(self) -> bytes:
        """A key for one contact: 256 random bits."""
        return secrets.token_bytes(KEY_BYTES)

    def wrapped(self, tenant_id: str, owner: str, key: bytes) -> bytes:
        """The key as it may be stored; `owner` says whose it is."""
        return sealed(self._derived(tenant_id, _WRAPPING), key, owner)

    def unwrapped(self, tenant_id: str, owner: str, wrapped: bytes) -> bytes:
        """The key itself.

        Raises:
            DoesNotOpen: when it was wrapped under another secret or for another owner, or was changed.
        """
        return opened(self._derived(tenant_id, _WRAPPING), wrapped, owner)

    def signature(self, tenant_id: str, content: bytes) -> str:
        """HMAC-SHA-256 in hexadecimal."""
        return hmac.new(self._derived(tenant_id, _SIGNING), content, hashlib.sha256).hexdigest()

    def is_signed(self, tenant_id: str, content: bytes, signature: str) -> bool:
        return hmac.compare_digest(self.signature(tenant_id, content).encode(), signature.encode())

    def _derive(self, tenant_id: str, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=tenant_id.encode(), info=purpose.encode()).derive(
            self._secret
        )


def sealed(key: bytes, content: bytes, place: str) -> bytes:
    """A random nonce, then the ciphertext. `place` is needed to open it and is not in it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def opened(key: bytes | None, content: bytes, place: str) -> bytes:
    """What was sealed.

    Raises:
        DoesNotOpen: when there is no key, it was sealed with another one or for another place, or was changed.
    """
    if key is None:
        raise DoesNotOpen
    try:
        return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen from error


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
