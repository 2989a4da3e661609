"""The meetings capability: its data rules, routes, commands and events."""

from meetkit.capabilities import Capability, Command

CAPABILITY = Capability(
    name="meetings",
    docs="docs/service.md",
    tables="meetkit.storage.sql.tables",
    records="meetkit.storage.sql.records:CORE",
    erase_user="meetkit.storage.sql.erasure:erase_user",
    erase_contact="meetkit.storage.sql.erasure:erase_contact",
    purge="meetkit.storage.sql.erasure:purge",
    personal_data="meetkit.meetings.personal_data:read",
    routes="meetkit.meetings.routes:ROUTERS",
    flask_routes="meetkit.meetings.routes.flask:ROUTES",
    examples="meetkit.meetings.routes.examples:OF_SCHEMAS",
    schemas="meetkit.meetings.routes.schemas:BY_NAME",
    commands=(
        Command("analyze", "meetkit.meetings.commands.analyze:analyze_", ""),
        Command("slots", "meetkit.meetings.commands.slots:slots", ""),
        Command("usage", "meetkit.meetings.commands.usage:usage", ""),
        Command("meetings", "meetkit.meetings.commands.meetings:meetings", ""),
        Command("brief", "meetkit.meetings.commands.briefs:brief", ""),
    ),
    audit_events=("transcript_read", "contact_erased", "user_erased", "purge"),
)
