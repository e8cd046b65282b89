"""The rules for values: what is kept is stable, what is searched is found, and nothing but a refusal is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskhand.crm import values
from deskhand.crm.model import InvalidContact, TagChange, TagMode
from growth import grows_in_proportion

TEXTS = st.text(max_size=300)


@given(st.sampled_from(sorted(values.CHECKS)), TEXTS)
def test_what_is_kept_of_a_profile_is_kept_again_unchanged(field: str, text: str) -> None:
    check = values.CHECKS[field]
    try:
        kept = check(text)
    except InvalidContact:
        return
    assert check(kept) == kept
    assert kept.isprintable()


@given(st.text(max_size=80))
def test_a_tag_is_folded_once_and_for_all(text: str) -> None:
    try:
        kept = values.tag(text)
    except InvalidContact:
        return
    assert values.tag(kept) == kept
    assert values.tag(f"  {kept.upper()} ".casefold()) == values.tag(kept.upper())
    assert 0 < len(kept) <= values.MAX_TAG


@given(st.lists(st.sampled_from(["a", "b", "c", "d"])), st.lists(st.sampled_from(["A", " b", "c", "e"])))
def test_tags_are_sets(now: list[str], given_tags: list[str]) -> None:
    held, changed = set(now), values.tags(given_tags)

    def after(mode: TagMode) -> set[str]:
        return set(values.changed_tags(held, TagChange(mode=mode, tags=tuple(given_tags))))

    assert after(TagMode.ADD) == held | set(changed)
    assert after(TagMode.REMOVE) == held - set(changed)
    assert after(TagMode.REPLACE) == set(changed)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("+49 151 12345678", "+4915112345678"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+442079460958", "+442079460958"),
        ("tel:+44-20-7946-0958", "+442079460958"),
    ],
)
def test_phone_numbers_are_kept_as_e164(text: str, kept: str) -> None:
    assert values.phone(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"), [("EN", "en"), ("de-at", "de-AT"), ("ZH-HANT-tw", "zh-Hant-TW"), ("es-419", "es-419")]
)
def test_languages_are_written_as_usual(text: str, kept: str) -> None:
    assert values.language(text) == kept


@given(st.text(min_size=1, max_size=50), st.text(min_size=1, max_size=50))
def test_every_word_of_what_is_known_finds_it(name: str, company: str) -> None:
    known = values.search_text(name=name, email=None, phone="+442079460958", company=company)
    try:
        words = values.search_words(name)
    except InvalidContact:
        return
    if not any(sign.isdigit() for sign in name):
        assert all(word in known for word in words)
    assert values.search_words("020 7946 0958")[0] in known


@given(TEXTS)
def test_any_text_can_be_searched_for_or_is_refused(text: str) -> None:
    try:
        words = values.search_words(text)
    except InvalidContact:
        return
    assert all(word and "\x00" not in word for word in words)


def test_long_texts_are_looked_at_in_proportion() -> None:
    def look(size: int) -> None:
        for check in (values.phone, values.tag, values.email, values.language, values.search_words):
            try:
                check("a1 +" * size)
            except InvalidContact:
                continue

    assert grows_in_proportion(look, 20_000, 80_000)
