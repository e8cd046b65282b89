"""Versions compare as Semantic Versioning says, and go up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.agents.contract_version import (
    FIRST_VERSION,
    MAX_NUMBER,
    MAX_VERSION_CHARS,
    InvalidVersion,
    next_patch,
    parse_version,
    require_newer,
)

numbers = st.integers(0, MAX_NUMBER)
words = st.from_regex(r"\A(?:0|[1-9][0-9]{0,3}|[0-9a-zA-Z]{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,3})\Z")


@st.composite
def versions(draw: st.DrawFn) -> str:
    core = ".".join(str(draw(st.integers(0, 10_000))) for _ in range(3))
    pre = draw(st.lists(words, max_size=3))
    return f"{core}-{'.'.join(pre)}" if pre else core


def test_versions_stand_in_the_order_of_the_standard() -> None:
    numbered = ["1.0.0-0", "1.0.0-2", "1.0.0-10"]
    worded = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"]
    ordered = [*numbered, *worded, "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]
    shuffled = ordered[7:] + ordered[:7]
    assert sorted(shuffled, key=parse_version) == ordered


@given(versions())
def test_a_version_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_version(text)) == text


@given(versions(), versions(), versions())
def test_the_order_is_total(first: str, second: str, third: str) -> None:
    one, two, three = sorted(map(parse_version, (first, second, third)))
    assert one <= two <= three
    assert one <= three
    assert (one == three) == (not one < three)


@given(versions())
def test_the_next_patch_is_higher_and_is_a_release(text: str) -> None:
    following = next_patch(text)
    assert parse_version(following) > parse_version(text)
    assert "-" not in following


@given(numbers, numbers)
def test_a_full_number_carries_over(major: int, minor: int) -> None:
    version = f"{major}.{minor}.{MAX_NUMBER}"
    if major == minor == MAX_NUMBER:
        with pytest.raises(InvalidVersion):
            next_patch(version)
    else:
        assert parse_version(next_patch(version)) > parse_version(version)


def test_the_next_patch_of_a_pre_release_is_its_release() -> None:
    assert next_patch("2.0.0-rc.1") == "2.0.0"
    assert next_patch(FIRST_VERSION) == "1.0.1"
    assert next_patch(f"1.2.{MAX_NUMBER}") == "1.3.0"
    assert next_patch(f"1.{MAX_NUMBER}.{MAX_NUMBER}") == "2.0.0"


def test_there_is_an_end_of_versions() -> None:
    last = f"{MAX_NUMBER}.{MAX_NUMBER}.{MAX_NUMBER}"
    with pytest.raises(InvalidVersion, match="no version after"):
        next_patch(last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "v1.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+build",
        " 1.0.0",
        "1.0.0\n",
        "1.0.٣",
        "1.0.1000000000",
        "1.0.0-" + "a" * MAX_VERSION_CHARS,
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidVersion) as refused:
        parse_version(text)
    assert repr(text) in refused.value.detail
    assert refused.value.status == 422


@given(versions(), versions())
def test_only_a_higher_version_is_newer(given_: str, current: str) -> None:
    if parse_version(given_) > parse_version(current):
        require_newer(given_, current)
    else:
        with pytest.raises(InvalidVersion) as refused:
            require_newer(given_, current)
        assert repr(given_) in refused.value.detail
        assert repr(next_patch(current)) in refused.value.detail
