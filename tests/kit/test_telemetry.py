"""Logs: one JSON object a line, with the request it belongs to and without secrets."""

import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from deskhand.kit.telemetry import configure_logging, hide_secrets

SECRET = "geheim"
log = structlog.get_logger("deskhand.test")


def break_down(_secret: str) -> None:
    raise RuntimeError("deep down")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_is_one_json_object_with_time_level_logger_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)

    with bound_contextvars(request_id="req_1"):
        log.info("turn_done", seconds=0.5, words="two\nlines, ümläut")

    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "turn_done",
        "level": "info",
        "logger": "deskhand.test",
        "request_id": "req_1",
        "seconds": 0.5,
        "words": "two\nlines, ümläut",
    }


def test_what_libraries_log_has_the_same_form_and_the_same_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)

    with bound_contextvars(request_id="req_2"):
        logging.getLogger("some.library").warning("took %s s", 3)

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["request_id"]) == ("took 3 s", "warning", "req_2")


def test_a_traceback_stays_on_the_line_of_its_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)

    try:
        break_down("-")
    except RuntimeError:
        log.exception("turn_broke")

    (line,) = lines(capsys)
    assert "RuntimeError: deep down" in line["exception"]
    assert "Traceback" in line["exception"]


def test_lines_below_the_level_and_chatter_of_libraries_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)

    log.debug("detail")
    logging.getLogger("httpx").info("HTTP Request: GET …")

    assert lines(capsys) == []


def test_on_a_terminal_the_line_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=False)

    log.info("turn_done", seconds=1)

    text = capsys.readouterr().err
    assert "turn_done" in text
    assert "seconds=1" in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_a_traceback_does_not_show_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    for as_json in (True, False):
        configure_logging("INFO", as_json=as_json)
        try:
            break_down(SECRET)
        except RuntimeError:
            log.exception("turn_broke")

        text = capsys.readouterr().err
        assert "RuntimeError: deep down" in text
        assert "geheim" not in text


def test_secrets_never_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)

    log.info(
        "signed_in",
        api_key="geheim",
        Authorization="Bearer geheim",
        headers={"cookie": "geheim", "accept": "text/html"},
        attempts=[{"password": "geheim"}],
    )

    text = capsys.readouterr().err
    assert "geheim" not in text
    assert "text/html" in text


def test_counts_of_tokens_and_idempotency_keys_are_no_secrets() -> None:
    event = {"tokens": 12, "has_key": True, "idempotency_key": "abc", "max_tokens": None}

    assert hide_secrets(None, "info", dict(event)) == event


NAMES = st.sampled_from(["secret", "api_key", "OPENAI_API_KEY", "password", "session_token", "Authorization", "cookie"])
NESTED = st.recursive(
    st.dictionaries(NAMES, st.just("geheim"), max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
)


@given(NESTED)
def test_secrets_are_hidden_at_any_depth(event: Any) -> None:
    assert "geheim" not in json.dumps(hide_secrets(None, "info", {"event": event}))
