"""The capability of notes."""

from meetkit.capabilities import Capability, Command, Migrations

CAPABILITY = Capability(
    name="notes",
    tables="tests.notes.tables",
    migrations=Migrations(location="tests.notes:migrations", head="n001", table="toy_notes"),
    records="tests.notes.records:RECORDS",
    erase_user="tests.notes.queries:erase_user",
    erase_contact="tests.notes.queries:erase_contact",
    purge="tests.notes.queries:purge",
    personal_data="tests.notes.queries:personal_data",
    routes="tests.notes.routes:ROUTERS",
    flask_routes="tests.notes.flask_routes:ROUTES",
    commands=(Command("notes", "tests.notes.commands:notes", "List the notes of all users."),),
    audit_events=("note_created",),
    settings="tests.notes.settings:NoteSettings",
    metrics="tests.notes.metrics:register",
    health="tests.notes.queries:health",
)
