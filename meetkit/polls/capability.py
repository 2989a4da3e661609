"""The polls capability: its data rules, routes, commands and events."""

from meetkit.capabilities import Capability, Command

CAPABILITY = Capability(
    name="polls",
    tables="meetkit.polls.tables",
    records="meetkit.polls.records:RECORDS",
    erase_user="meetkit.polls.queries:erase_user",
    erase_contact="meetkit.polls.queries:erase_contact",
    purge="meetkit.polls.queries:purge",
    personal_data="meetkit.polls.queries:personal_data",
    routes="meetkit.polls.routes:ROUTERS",
    service_routes="meetkit.polls.routes:SERVICE_ROUTERS",
    flask_routes="meetkit.polls.flask_routes:ROUTES",
    examples="meetkit.polls.routes:EXAMPLES",
    commands=(
        Command(
            "polls",
            "meetkit.polls.commands:polls",
            "List polls, and add, answer, close and book them, on the database of --database or MEETKIT_DATABASE_URL.",
        ),
    ),
    audit_events=("poll_created", "poll_booked", "poll_link_created"),
)
