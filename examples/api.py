"""A small Flask app: meetings, briefs and analyses, over the sample data and a model that fails at times.

    python examples/api.py 5000
    curl 'localhost:5000/meetings?user_id=user_1&limit=2'
    curl localhost:5000/meetings --json '{"user_id": "user_1", "contact_id": "contact_1", "title": "Call",
        "date": "2026-03-02T10:00"}'
    curl -X POST localhost:5000/meetings/meeting_1/prepare
    curl localhost:5000/meetings/meeting_1/analyze --json '{"transcript": "Sarah Chen: I will send it by Friday."}'
    curl localhost:5000/meetings/meeting_1/insights

Status codes: 200, 201 for a created meeting, 400 for an invalid request, 404 for an unknown id, 500 for an unusable
answer of the model, 503 with Retry-After where it fails at each of three attempts.
"""

from __future__ import annotations

import sys

from flask import Flask

from meetkit import data
from meetkit.llm_client import LLMClient, MockLLMClient
from meetkit.web.flask import blueprint, render_problems


def create_app(llm: LLMClient | None = None) -> Flask:
    """Create the app; the model is by default the mock, which fails in three calls of ten."""
    app = Flask(__name__)
    routes = blueprint(store=data.sample_store(), llm=llm or MockLLMClient(), identify=None)
    app.register_blueprint(routes, url_prefix="/")
    render_problems(app)
    return app


if __name__ == "__main__":
    create_app().run(port=int(sys.argv[1]) if sys.argv[1:] else 5000)
