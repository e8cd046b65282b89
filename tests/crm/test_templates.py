"""Messages with gaps: what may be written, and values that stay text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deskhand.crm.templates import (
    MAX_VALUE,
    Variable,
    WrongTemplate,
    WrongVariables,
    check_template,
    fill,
)
from growth import grows_in_proportion

NAME = Variable(name="name")
VALUES = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and " ".join(text.split()).isprintable())


def shown(markdown: str) -> str:
    """What a reader sees, as text; fails on anything but plain text."""
    tokens = MarkdownIt("commonmark").enable("strikethrough").enable("table").parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], markdown
    inline = tokens[1].children or []
    assert {token.type for token in inline} <= {"text", "text_special", "softbreak"}, markdown
    return "".join(token.content for token in inline)


@pytest.mark.parametrize(
    ("body", "names", "says"),
    [
        ("", (), "empty"),
        ("Hello {{name}}", (), "not declared"),
        ("Hello", ("name",), "does not stand in the body"),
        ("Hello {{name}}", ("name", "name"), "declared twice"),
        ("Hello {{ Name }}", ("name",), "is no gap"),
        ("Hello {{name", ("name",), "is no gap"),
        ("Hello name}}", ("name",), "is no gap"),
        ("Hello {{}}", (), "is no gap"),
        ("Hello {{{name}}}", ("name",), "is no gap"),
        ("[here]({{name}})", ("name",), "whole address"),
        ("<{{name}}>", ("name",), "whole address"),
    ],
)
def test_a_body_that_does_not_fit_its_variables_is_refused(body: str, names: tuple[str, ...], says: str) -> None:
    with pytest.raises(WrongTemplate, match=says):
        check_template(body, [Variable(name=name) for name in names])


def test_gaps_are_filled_wherever_they_stand() -> None:
    body = "Hello {{name}}, {{ name }}: see https://shop.example/orders/{{order}} or {order}."
    check_template(body, [NAME, Variable(name="order")])
    filled = fill(body, [NAME, Variable(name="order")], {"name": "Ana", "order": "A 1/4"})
    assert filled == "Hello Ana, Ana: see https://shop.example/orders/A%201%2F4 or {order}."


def test_a_default_fills_what_is_not_given_and_a_value_comes_first() -> None:
    there = Variable(name="name", default="there")
    assert fill("Hello {{name}}", [there], {}) == "Hello there"
    assert fill("Hello {{name}}", [there], {"name": "Ana"}) == "Hello Ana"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "No value is given for name"),
        ({"name": " \n "}, "No value is given for name"),
        ({"name": "Ana", "extra": "1"}, "no variable 'extra'"),
        ({"name": "x" * (MAX_VALUE + 1)}, "501 characters"),
        ({"name": "a\x00b"}, "control characters"),
        ({"name": "a\u202eb"}, "control characters"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, str], says: str) -> None:
    with pytest.raises(WrongVariables, match=says):
        fill("Hello {{name}}", [NAME], values)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(WrongVariables) as refused:
        fill("Hello {{name}}", [NAME], {"name": "secret\x07"})
    assert "secret" not in refused.value.detail


def test_a_value_is_not_filled_in_again() -> None:
    two = [NAME, Variable(name="other")]
    filled = fill("Hi {{name}} {{other}}", two, {"name": "{{other}}", "other": "Bob"})
    assert shown(filled) == "Hi {{other}} Bob"


@pytest.mark.parametrize(
    "value",
    [
        "**bold**",
        "[click](https://evil.example)",
        "![x](https://evil.example/p.png)",
        "<b>x</b>",
        "# title",
        "1. one",
        "- item",
        "+ item",
        "===",
        "~~gone~~",
        "`code`",
        "&lt;",
        "a\\*b",
        "12) x",
        "> quoted",
    ],
)
@pytest.mark.parametrize("body", ["{{name}}", "Hello {{name}}!", "Hello\n  {{name}}"])
def test_what_looks_like_formatting_is_shown_as_it_was_written(value: str, body: str) -> None:
    assert value in shown(fill(body, [NAME], {"name": value}))


@given(VALUES)
def test_any_value_reads_as_it_was_given(value: str) -> None:
    line = " ".join(value.split())
    assert shown(fill("Dear {{name}}.", [NAME], {"name": value})) == f"Dear {line}."
    assert shown(fill("{{name}} it is", [NAME], {"name": value})) == f"{line} it is"


def test_filling_takes_time_in_proportion_to_the_body() -> None:
    assert grows_in_proportion(lambda size: fill("{{name}} a:// " * size, [NAME], {"name": "x"}), 100, 400)


def test_a_message_that_grows_too_long_is_refused() -> None:
    with pytest.raises(WrongVariables, match="more than 8000"):
        fill("{{name}}" * 17, [NAME], {"name": "x" * MAX_VALUE})
