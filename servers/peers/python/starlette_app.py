"""The asynchronous seed: Starlette, to be run on uvicorn with one worker."""

import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


def text(body):
    return PlainTextResponse(body, headers={"Cache-Control": "no-store"})


async def activer(request):
    return text("activer: here you are, at once\n")


async def sleeper(request):
    seconds = float(request.query_params.get("seconds", 10))
    await asyncio.sleep(seconds)
    return text(f"sleeper: slept {seconds:g} s\n")


app = Starlette(routes=[Route("/activer", activer), Route("/sleeper", sleeper)])
