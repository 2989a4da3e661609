"""The operations on notes."""

from __future__ import annotations

from meetkit.models.zones import utc_now
from meetkit.settings import load_model
from meetkit.storage.sql import Database
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply
from tests.notes import queries
from tests.notes.models import NewNote, Note, NotePage
from tests.notes.settings import NoteSettings


@requires(write=True)
def create_note(context: RequestContext, body: NewNote) -> Reply:
    """Create a note of the caller."""
    caller = context.signed_in
    note = Note(
        id=context.id_for("note", None),
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        contact_id=body.contact_id,
        text=body.text,
        created_at=utc_now(),
    )
    context.service(Database).write(queries.add, note)
    context.record("note_created", note.id)
    return Reply.of(note, 201)


@requires()
def list_notes(context: RequestContext) -> Reply:
    """List the notes that the caller may read."""
    limit = load_model(NoteSettings).notes_per_page
    notes = context.service(Database).read(queries.visible, context.signed_in, limit=limit)
    return Reply.of(NotePage(items=notes))
