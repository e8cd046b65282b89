"""Files that go with a message: which addresses and which files may be sent.

Above: the tools, the endpoints. Below: the port to files. What a model sends comes from places that the operator named:
an address may carry away what a conversation holds, and nobody but the operator knows whose host it is.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from deskhand.crm.delivery_model import Media, MediaKind, WrongMedia
from deskhand.crm.reach import SendableFiles
from deskhand.tenancy.scope import TenantScope

MAX_URL = 2_000
_TYPES: Mapping[MediaKind, str] = {
    MediaKind.IMAGE: "image/",
    MediaKind.VIDEO: "video/",
    MediaKind.AUDIO: "audio/",
    MediaKind.VOICE: "audio/",
    MediaKind.DOCUMENT: "",
}


class MediaCheck:
    """Says which files may go with a message."""

    def __init__(self, *, files: SendableFiles, hosts: Collection[str] = ()) -> None:
        """`hosts` are those that a model may send from; `.example.com` stands for all below it."""
        self._files = files
        self._hosts = tuple(host.casefold() for host in hosts)

    async def by_agent(self, scope: TenantScope, contact_id: str, media: Media) -> None:
        """Raises WrongMedia, which says what can be sent instead."""
        if media.url is not None:
            host = host_of(media.url)
            if not any(host == each or (each.startswith(".") and host.endswith(each)) for each in self._hosts):
                known = ", ".join(self._hosts) or "none"
                raise WrongMedia(f"Files may not be sent from {host!r}, only from: {known}. Describe the file instead.")
        await self._check_file(scope, contact_id, media)

    async def by_staff(self, scope: TenantScope, contact_id: str, media: Media) -> None:
        """Raises WrongMedia. Staff may send from any host."""
        if media.url is not None:
            host_of(media.url)
        await self._check_file(scope, contact_id, media)

    async def _check_file(self, scope: TenantScope, contact_id: str, media: Media) -> None:
        if media.attachment_id is None:
            return
        found = await self._files.type_of(scope, contact_id, media.attachment_id)
        if found is None:
            raise WrongMedia(
                f"There is no file {media.attachment_id!r} in this customer's conversations: send another."
            )
        if not found.startswith(_TYPES[media.kind]):
            raise WrongMedia(
                f"The file {media.attachment_id!r} is {found!r} and no {media.kind.value}: send it as 'document'."
            )


def host_of(url: str) -> str:
    """The host of an address that can be sent, in small letters.

    Raises:
        WrongMedia: unless it is a plain https address.
    """
    wrong = WrongMedia(f"{url[:100]!r} is no address to send: write https://, a host and a path, without a password.")
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise wrong
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        raise wrong
    return host
