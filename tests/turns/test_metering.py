"""Each call of a model is counted: as the provider says, or estimated where it does not say."""

from deskhand.turns.metering import CallMeter
from deskhand.usage.model import ModelCall


def call(given: int, written: int, *, estimated: bool = False) -> ModelCall:
    return ModelCall(model="m", input_tokens=given, output_tokens=written, estimated=estimated)


def test_what_was_never_asked_is_no_call() -> None:
    assert CallMeter("m", ["x" * 400]).calls == []


def test_the_providers_own_figures_count_and_the_last_of_them() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.wrote("y" * 80)
    meter.reported({"input_token_count": 90, "output_token_count": 1})
    meter.reported({"input_token_count": 90, "output_token_count": 25})
    assert meter.calls == [call(90, 25)]


def test_without_them_the_text_is_measured() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.wrote("y" * 80)
    (estimated,) = meter.calls
    assert estimated.estimated
    assert (estimated.input_tokens, estimated.output_tokens) == (meter.input_tokens, meter.output_tokens)
    assert estimated.output_tokens == 20


def test_figures_that_make_no_sense_are_not_believed() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.reported({"input_token_count": None, "output_token_count": 3})
    meter.reported({"input_token_count": -1, "output_token_count": 3})
    assert meter.calls[0].estimated


def test_a_call_after_tools_is_given_everything_that_went_before() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.reported({"input_token_count": 500, "output_token_count": 20})
    meter.got_results(["z" * 400])
    meter.wrote("y" * 40)
    first, second = meter.calls
    assert first == call(500, 20)
    assert second.input_tokens > 520
    assert meter.input_tokens == first.input_tokens + second.input_tokens
    assert meter.output_tokens == 30


def test_what_is_reported_with_tools_between_is_the_sum_so_far_and_counted_once() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.reported({"input_token_count": 100, "output_token_count": 10})
    meter.got_results(["z" * 40])
    meter.reported({"input_token_count": 350, "output_token_count": 25})
    meter.got_results(["z" * 40])
    meter.reported({"input_token_count": 750, "output_token_count": 26})
    assert meter.calls == [call(100, 10), call(250, 15), call(400, 1)]


def test_a_call_that_nobody_reported_is_not_taken_off_the_next_one() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.asked()
    meter.wrote("y" * 40)
    meter.got_results([])
    meter.reported({"input_token_count": 350, "output_token_count": 25})
    assert meter.calls[1:] == [call(350, 25)]


def test_a_request_of_its_own_is_counted_by_itself() -> None:
    meter = CallMeter("m", ["x" * 400])
    meter.begins_again(["x" * 40])
    assert (meter.calls, meter.input_tokens) == ([], 10)
    meter.asked()
    meter.reported({"input_token_count": 100, "output_token_count": 10})
    meter.begins_again(["w" * 800])
    assert meter.input_tokens == 300
    meter.asked()
    meter.reported({"input_token_count": 150, "output_token_count": 5})
    assert meter.calls == [call(100, 10), call(150, 5)]
