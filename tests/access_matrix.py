"""Two tenants with a user in every role, and meetings of every kind, to test each operation as each role."""

from __future__ import annotations

import datetime as dt
from typing import Any

from meetkit.models import Calendar, Contact, Meeting, User
from meetkit.models.caller import Caller
from meetkit.models.insights import ActionItem
from meetkit.models.records import CalendarRecord, ContactRecord, MeetingRecord, Record, UserRecord
from meetkit.storage import Store
from meetkit.testing.examples import MONDAY, calendar

TENANTS = ("default", "rival")
ROLES = ("admin", "manager", "member", "attendee", "viewer", "outsider")
"""The manager's team is the member. The outsider is a member whom no meeting of the others names."""
MEETINGS = {
    "members": ("member", ("attendee", "viewer")),
    "attended": ("attendee", ("member",)),
    "managers": ("manager", ()),
    "admins": ("admin", ("viewer",)),
    "outsiders": ("outsider", ()),
}
"""Owner and attendees by name; that of the member is with the contact and has been analysed."""
OPEN_ITEM = ActionItem(id="item", task="Send the quote")


def name(tenant: str, who: str) -> str:
    """The id of a user, or of a meeting, in a tenant."""
    return f"{tenant}-{who}"


def caller(role: str, *, tenant: str = "default", **more: Any) -> Caller:
    """A user as the caller; `access` and `right` may be given."""
    access = role if role in ("admin", "manager", "viewer") else "member"
    team = {name(tenant, "member")} if role == "manager" else set()
    known = {"account_id": f"account-{name(tenant, role)}", "user_id": name(tenant, role), "tenant_id": tenant}
    return Caller(**{**known, "access": access, "team_ids": team, **more})


def meeting(tenant: str, which: str) -> Meeting:
    """One of `MEETINGS`."""
    owner, attendees = MEETINGS[which]
    return Meeting(
        id=name(tenant, which),
        user_id=name(tenant, owner),
        attendee_ids=[name(tenant, who) for who in attendees],
        contact_id=name(tenant, "contact") if which == "members" else None,
        title=f"The {which}",
        date=MONDAY + dt.timedelta(days=list(MEETINGS).index(which)),
        transcript="Dee: please send the quote.",
        action_items=(OPEN_ITEM,),
    )


def records(tenant: str) -> list[Record]:
    """All records of one tenant."""
    busy: Calendar = calendar((2, 3))
    users = [User(id=name(tenant, role), name=role, email="a@company.com", role="Seller") for role in ROLES]
    contact = Contact(id=name(tenant, "contact"), name="Dee", email="dee@client.com", company="Client", role="Buyer")
    beside = {"insights": "{}", "transcript": "given", "answers": "{}", "found": "{}"}
    return [
        *(UserRecord(user=user.model_copy(update={"tenant_id": tenant})) for user in users),
        ContactRecord(contact=contact.model_copy(update={"tenant_id": tenant})),
        *(CalendarRecord(user_id=user.id, calendar=busy) for user in users),
        *(MeetingRecord(meeting=meeting(tenant, which), artefacts=beside) for which in MEETINGS),
    ]


def fill(store: Store) -> None:
    """Put both tenants into an empty store."""
    for tenant in TENANTS:
        store.import_records(records(tenant))
