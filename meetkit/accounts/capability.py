"""The accounts capability: its data rules, routes, commands and events."""

from meetkit.capabilities import Capability, Command

CAPABILITY = Capability(
    name="accounts",
    tables="meetkit.accounts.tables",
    expire="meetkit.accounts.expiry:expire",
    personal_data="meetkit.accounts.operations.own_account:read_personal_data",
    service_routes="meetkit.accounts.routes.fastapi:ROUTERS",
    examples="meetkit.accounts.routes.examples:OF_SCHEMAS",
    schemas="meetkit.accounts.routes.schemas:BY_NAME",
    commands=(
        Command(
            "admin",
            "meetkit.accounts.commands:admin",
            "Manage the admins of the service.",
        ),
        Command(
            "audit",
            "meetkit.accounts.commands:audit",
            "List audit events: logins, reads of transcripts, changes of accounts.",
        ),
    ),
    audit_events=(
        "signup",
        "login",
        "refresh",
        # A used refresh token came again, for which its session was ended.
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
        "email_change_request",
        "email_changed",
        "audit_purged",
        # It includes all of the person's meetings.
        "export",
    ),
    settings="meetkit.settings.accounts:AccountSettings",
)
