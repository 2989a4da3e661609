"""A model server: chat completions of OpenAI's kind, after `SERVICE_MODEL_SECONDS`; of so many calls it fails one.

Served by uvicorn. It answers with a brief that the service takes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

SECONDS = float(os.environ.get("SERVICE_MODEL_SECONDS", "0"))
FAILING = float(os.environ.get("SERVICE_MODEL_FAILING", "0"))
BRIEF = {
    "contact_summary": "They run operations, and want to know what the pilot costs.",
    "recent_highlights": [],
    "talking_points": ["The price of the pilot.", "Who takes part in it.", "When it begins."],
    "pending_action_items": [],
}
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps(BRIEF)}}],
    "usage": {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990},
}

app = FastAPI()
_chance = random.Random(5)
_under_way = {"now": 0, "most": 0}


@app.post("/v1/chat/completions")
async def complete() -> JSONResponse:
    """A brief, or an outage."""
    _under_way["now"] += 1
    _under_way["most"] = max(_under_way.values())
    await asyncio.sleep(SECONDS)
    _under_way["now"] -= 1
    fails = _chance.random() < FAILING
    return JSONResponse({"error": {"message": "overloaded"}} if fails else ANSWER, 500 if fails else 200)


@app.get("/most")
async def most() -> dict[str, Any]:
    """How many calls were under way at a time since this was last asked."""
    told = _under_way["most"]
    _under_way["most"] = _under_way["now"]
    return {"most": told}
