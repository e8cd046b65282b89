"""One question to a chat model and its whole answer, for work beside the conversation.

Above: summaries. Below: Agent Framework.
"""

import asyncio
from typing import Any

from agent_framework import Agent
from agent_framework.exceptions import AgentFrameworkException

from deskhand.llm.model import ChatModel, ModelDown


async def ask_once(model: ChatModel, instructions: str, data: str, *, seconds: float, max_tokens: int) -> str:
    """What the model answers to the data under these instructions.

    Raises:
        ModelDown: when it gives no whole answer in that time.
    """
    options: Any = {"temperature": 0.0, "max_tokens": max_tokens}
    agent = Agent(client=model.client, instructions=instructions)
    try:
        async with asyncio.timeout(seconds):
            response = await agent.run(data, options=options)
    except TimeoutError as error:
        raise ModelDown(f"The language model took longer than {seconds:g} s.") from error
    except AgentFrameworkException as error:
        raise ModelDown("The language model is not available right now.") from error
    if not response.text.strip():
        raise ModelDown("The language model answered with nothing.")
    return response.text.strip()
