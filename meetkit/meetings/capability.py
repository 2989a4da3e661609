"""The meetings capability: its data rules, routes, commands and events."""

from meetkit.capabilities import Capability, Command

CAPABILITY = Capability(
    name="meetings",
    tables="meetkit.storage.sql.tables",
    records="meetkit.storage.sql.core_records:CORE",
    erase_user="meetkit.storage.sql.erasure:erase_user",
    erase_contact="meetkit.storage.sql.erasure:erase_contact",
    purge="meetkit.storage.sql.erasure:purge",
    expire="meetkit.storage.sql.expiry:expire_requests",
    personal_data="meetkit.meetings.personal_data:read",
    routes="meetkit.meetings.routes.fastapi:ROUTERS",
    service_routes="meetkit.jobs.routes:ROUTERS",
    flask_routes="meetkit.meetings.routes.flask:ROUTES",
    tools="meetkit.meetings.routes.tools:TOOLS",
    examples="meetkit.meetings.routes.examples:OF_SCHEMAS",
    schemas="meetkit.meetings.routes.schemas:BY_NAME",
    commands=(
        Command(
            "action-items",
            "meetkit.meetings.commands.action_items:action_items",
            "List action items, and complete them.",
        ),
        Command(
            "analyze",
            "meetkit.meetings.commands.analyze:analyze",
            "Find the tasks, decisions, questions, mood and talk time in a transcript.",
        ),
        Command(
            "brief",
            "meetkit.meetings.commands.brief:brief",
            "Write the brief for a meeting, with the model in MEETKIT_MODEL or offline.",
        ),
        Command(
            "calendars",
            "meetkit.meetings.commands.calendars:calendars",
            "List the imported calendars of a user, and import and delete them.",
        ),
        Command(
            "contacts", "meetkit.meetings.commands.people:contacts", "List contacts, and show, add and change them."
        ),
        Command(
            "correct",
            "meetkit.meetings.commands.correct:correct",
            "Take up the corrections that a person downloaded from the page of a report.",
        ),
        Command(
            "hosts",
            "meetkit.meetings.commands.seats:hosts",
            "Find when one of several hosts is free, and book the one booked longest ago.",
        ),
        Command(
            "meetings",
            "meetkit.meetings.commands.meetings:meetings",
            "List meetings, and show, add, book, answer, move and end them.",
        ),
        Command(
            "seats",
            "meetkit.meetings.commands.seats:seats",
            "Book meetings with seats, take a seat and give it up.",
        ),
        Command(
            "slots",
            "meetkit.meetings.commands.slots:slots",
            "Find when people are free together: users on a day, or exported calendars in the next days.",
        ),
        Command(
            "transcript",
            "meetkit.meetings.commands.transcript:transcript",
            "Rename and merge the speakers of a transcript, and join recordings of one meeting.",
        ),
        Command("users", "meetkit.meetings.commands.people:users", "List users, and show, add and change them."),
        Command(
            "usage",
            "meetkit.meetings.commands.usage:usage",
            "Sum the calls to models, their tokens and time, by model, purpose and outcome.",
        ),
    ),
    # `transcript_read` is also a read of what quotes it: insights, briefs. A meeting's record, with its summary, its
    # items and the words that support them, is read like its title, unrecorded.
    audit_events=("transcript_read", "contact_erased", "user_erased", "purge"),
)
