"""What Deskhand is compared with: the agent framework it is built on, bare, with one trivial tool, behind one route.

No knowledge, no history, nothing stored: two model calls, because the tool is asked for in between. Run it with a
port, and the model's address in `OPENAI_BASE_URL`.
"""

import os
import sys

import uvicorn
from agent_framework import Agent, FunctionTool
from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.stub_model import TRIVIAL_TOOL

INSTRUCTIONS = "You are the customer support agent of a shop. Look things up before you answer."


def opening_hours() -> str:
    """When the shop is open."""
    return "Nine to five."


class Reference:
    """The application: `POST /` with a message gives an answer."""

    def __init__(self, client: OpenAIChatCompletionClient) -> None:
        self._client = client
        self._tool = FunctionTool(name=TRIVIAL_TOOL, description="When the shop is open.", func=opening_hours)
        self.app = Starlette(
            routes=[Route("/", self._alive, methods=["GET"]), Route("/", self._answer, methods=["POST"])]
        )

    async def _alive(self, _request: Request) -> JSONResponse:
        return JSONResponse({})

    async def _answer(self, request: Request) -> JSONResponse:
        agent = Agent(client=self._client, instructions=INSTRUCTIONS, tools=[self._tool])
        answer = await agent.run((await request.json())["message"])
        return JSONResponse({"answer": answer.text})


if __name__ == "__main__":
    model = OpenAIChatCompletionClient(
        model="stub",
        async_client=AsyncOpenAI(api_key=os.environ["OPENAI_API_KEY"], base_url=os.environ["OPENAI_BASE_URL"]),
    )
    uvicorn.run(Reference(model).app, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
