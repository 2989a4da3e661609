"""The Flask routes of notes."""

from __future__ import annotations

from meetkit.web.flask.reading import body
from meetkit.web.flask.views import Route, Routes
from tests.notes import operations
from tests.notes.models import NewNote

ROUTES = Routes(
    (
        Route("POST", "/notes", operations.create_note, [body(NewNote)]),
        Route("GET", "/notes", operations.list_notes),
    )
)
