"""One request to a model beside the writing of an answer: no tools, no stream, nobody is told; its usage is metered.

Above: reflection, agents that are consulted. Below: the model's client, the meter.
"""

import asyncio
from typing import Any

from agent_framework import ChatResponse, Message
from agent_framework.exceptions import AgentFrameworkException

from deskhand.llm.failures import down_because
from deskhand.llm.model import ChatModel, ModelDown, WhyDown
from deskhand.turns.metering import CallMeter

_NOT_WHOLE = frozenset({"length", "content_filter"})


async def called_plainly(
    model: ChatModel, instructions: str, data: str, *, seconds: float, max_tokens: int, meter: CallMeter
) -> str:
    """What the model writes to the data under these instructions. `meter` gets what that used, however it ends.

    Raises:
        ModelDown: when it gives no whole answer in that time.
    """
    options: Any = {"instructions": instructions, "temperature": 0.0, "max_tokens": max_tokens}
    meter.begins_again([instructions, data])
    meter.asked()
    try:
        async with asyncio.timeout(seconds):
            response: ChatResponse[Any] = await model.client.get_response([Message("user", [data])], options=options)
    except TimeoutError as error:
        text = f"The language model took longer than {seconds:g} s."
        raise ModelDown(text, why=WhyDown.TIMED_OUT) from error
    except AgentFrameworkException as error:
        raise down_because(error) from error
    meter.wrote(response.text)
    meter.reported(response.usage_details or {})
    return _whole(response)


def _whole(response: ChatResponse[Any]) -> str:
    text = response.text.strip()
    if str(response.finish_reason) in _NOT_WHOLE:
        raise ModelDown("The language model did not finish.", why=WhyDown.BROKE_OFF)
    if not text:
        raise ModelDown("The language model answered with nothing.", why=WhyDown.EMPTY)
    return text
