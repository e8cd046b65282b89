"""Where a request comes from, and whom we believe about it."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from deskhand.tenancy.http import client_address


def request(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", line.encode("latin-1", "replace")) for line in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1234) if peer else None})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, ["198.51.100.7"], "192.0.2.1"),
        (1, [], "192.0.2.1"),
        (1, ["198.51.100.7"], "198.51.100.7"),
        (1, ["10.6.6.6, 198.51.100.7"], "198.51.100.7"),
        (1, ["10.6.6.6", "198.51.100.7"], "198.51.100.7"),
        (2, ["10.6.6.6, 198.51.100.7, 203.0.113.1"], "198.51.100.7"),
        (2, ["198.51.100.7"], "192.0.2.1"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["::ffff:198.51.100.7"], "198.51.100.7"),
        (1, ["not an address"], "not an address"),
    ],
)
def test_the_entry_that_our_own_proxies_wrote_is_believed(proxies: int, forwarded: list[str], found: str) -> None:
    assert client_address(request("192.0.2.1", *forwarded), trusted_proxies=proxies) == found


def test_a_peer_without_an_address_counts_as_one() -> None:
    assert client_address(request(None), trusted_proxies=0) == "unknown"


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_home_is_one_client_whatever_address_it_takes(address: IPv6Address, change: int) -> None:
    other = IPv6Address((int(address) >> 64 << 64) | change)
    first, second = (client_address(request(str(each)), trusted_proxies=0) for each in (address, other))
    assert first == second or "ffff" in f"{address}{other}"


@given(st.lists(st.text(max_size=40), max_size=4))
def test_what_a_client_writes_there_never_changes_what_a_proxy_saw(written: list[str]) -> None:
    lines = [*(line.replace("\n", " ") for line in written), "198.51.100.7"]
    assert client_address(request("192.0.2.1", ", ".join(lines)), trusted_proxies=1) == "198.51.100.7"
