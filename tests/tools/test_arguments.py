"""What a model is told when its arguments do not fit, so that it can mend them."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from deskhand.tools.arguments import MAX_FAULTS, WrongArguments, checked, schema_of


class Item(BaseModel):
    sku: str
    count: int = 1


class Purchase(BaseModel):
    """What is bought."""

    kind: Literal["gift", "own"]
    items: list[Item]
    note: Annotated[str, Field(max_length=10)] = ""
    price: float = 0.0

    @field_validator("note")
    @classmethod
    def polite(cls, note: str) -> str:
        if "damn" in note:
            raise ValueError("It must be polite.")
        return note


FINE: dict[str, Any] = {"kind": "gift", "items": [{"sku": "a"}]}


def told(**arguments: Any) -> str:
    with pytest.raises(WrongArguments) as caught:
        checked("buy", Purchase, arguments)
    return str(caught.value)


def test_arguments_that_fit_become_parameters() -> None:
    assert checked("buy", Purchase, FINE) == Purchase(kind="gift", items=[Item(sku="a")])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "loan"}, "'kind' is a string: input should be 'gift' or 'own'."),
        ({"items": "helmet"}, "'items' is a string: input should be a valid list."),
        ({"items": None}, "'items' is null: input should be a valid list."),
        ({"items": [{"sku": 5}]}, "'items.0.sku' is an integer: input should be a valid string."),
        ({"items": [{"sku": "a", "count": {}}]}, "'items.0.count' is an object: input should be a valid integer."),
        ({"items": [{}]}, "'items.0.sku' is missing."),
        ({"items": [{"sku": "a", "size": 5}]}, "'items.0.size' is not a parameter."),
        ({"note": "x" * 11}, "'note' is a string: string should have at most 10 characters."),
        ({"note": "damn"}, "'note' is a string: it must be polite."),
        ({"price": []}, "'price' is an array: input should be a valid number."),
        ({"tenant_id": "ten_2"}, "'tenant_id' is not a parameter."),
    ],
    ids=str,
)
def test_the_field_its_type_and_what_is_allowed_are_named(wrong: dict[str, Any], said: str) -> None:
    assert told(**(FINE | wrong)) == f"buy was called wrongly: {said} Its parameters are: kind, items, note, price."


def test_what_is_missing_is_named() -> None:
    assert "'kind' is missing. 'items' is missing." in told()


@pytest.mark.parametrize("raw", ["{not json", [], 5, None])
def test_arguments_that_are_no_object_are_told_so(raw: object) -> None:
    assert "the arguments are not a JSON object" in told(raw=raw)


def test_many_faults_are_counted_not_listed() -> None:
    text = told(**FINE, **{f"extra_{number}": 1 for number in range(40)})
    assert text.count("is not a parameter") == MAX_FAULTS
    assert "And 35 more faults." in text


def test_values_are_not_repeated() -> None:
    assert "4111" not in told(kind="4111 1111", items=["4111 1111"])


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.floats(), st.lists, max_leaves=5)))
def test_whatever_a_model_sends_is_taken_or_refused_with_a_sentence(arguments: dict[str, Any]) -> None:
    with pytest.raises(WrongArguments, match=r"^buy was called wrongly: .+\.$"):
        checked("buy", Purchase, arguments)


def test_arguments_nested_without_end_are_refused() -> None:
    class Tree(BaseModel):
        inner: "Tree | None" = None

    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"inner": deep}
    with pytest.raises(WrongArguments):
        checked("climb", Tree, deep)
    while deep:
        deep = deep["inner"]


def test_the_schema_allows_nothing_but_its_fields_and_is_made_once() -> None:
    schema = schema_of(Purchase)
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["kind", "items", "note", "price"]
    assert schema_of(Purchase) is schema
