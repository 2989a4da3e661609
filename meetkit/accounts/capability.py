"""The accounts capability: its data rules, routes, commands and events."""

from meetkit.capabilities import Capability, Command

CAPABILITY = Capability(
    name="accounts",
    docs="docs/service.md",
    tables="meetkit.accounts.tables",
    service_routes="meetkit.accounts.routes.fastapi:ROUTERS",
    examples="meetkit.accounts.routes.examples:OF_SCHEMAS",
    schemas="meetkit.accounts.routes.schemas:BY_NAME",
    commands=(
        Command(
            "admin",
            "meetkit.accounts.commands:admin",
            "Look after who administers the server on the database that --database or MEETKIT_DATABASE_URL names.",
        ),
        Command(
            "audit",
            "meetkit.accounts.commands:audit",
            "List who signed in, read transcripts, changed accounts: what nobody can change or remove.",
        ),
    ),
    audit_events=(
        "signup",
        "login",
        "refresh",
        "reuse",
        "logout",
        "logout_all",
        "password_change",
        "password_reset_request",
        "password_reset",
        "verification_request",
        "email_verified",
        "key_created",
        "key_revoked",
        "access_changed",
        "activated",
        "deactivated",
        "invite",
        "invite_accepted",
        "identity_linked",
        "team_changed",
        "team_deleted",
        "account_erased",
        "export",
    ),
    settings="meetkit.settings.accounts:AccountSettings",
)
