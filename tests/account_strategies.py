"""Hypothesis strategies for the values of accounts."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from meetkit import capabilities
from meetkit.accounts.events import AuditEvent, AuditFilters, Outcome
from meetkit.accounts.models import (
    Account,
    AccountExport,
    AdminRequest,
    ApiKey,
    ApiKeyRequest,
    ChangePasswordRequest,
    EmailRequest,
    InviteRequest,
    LinkedIdentity,
    LoginRequest,
    NewApiKey,
    NewPasswordRequest,
    SignupRequest,
    Team,
    TeamRequest,
    TokenPair,
    TokenRequest,
)
from meetkit.accounts.policy import AccountPolicy
from meetkit.models.caller import Access, Right
from tests.strategies import emails, instants, lines, users

access, rights = st.sampled_from(get_args(Access)), st.sampled_from(get_args(Right))
secrets = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=200)
some_ids = st.lists(lines, max_size=3).map(tuple)
accounts = st.builds(
    Account,
    id=lines,
    email=emails,
    access=access,
    tenant_id=lines,
    user_id=lines,
    active=st.booleans(),
    verified=st.booleans(),
    providers=some_ids,
    created_at=instants,
    last_login_at=st.none() | instants,
)
keys = st.builds(
    ApiKey,
    id=lines,
    name=lines,
    right=rights,
    prefix=lines,
    created_at=instants,
    last_used_at=st.none() | instants,
    revoked_at=st.none() | instants,
)
teams = st.builds(Team, id=lines, name=lines, managers=some_ids, members=some_ids)
events = st.builds(
    AuditEvent,
    number=st.integers(1, 10**9),
    at=instants,
    event=st.sampled_from(capabilities.audit_events()),
    outcome=st.sampled_from(get_args(Outcome)),
    account_id=st.none() | lines,
    tenant_id=st.none() | lines,
    subject=st.none() | lines,
    address=st.none() | lines,
    request_id=st.none() | lines,
)

linked = st.builds(LinkedIdentity, provider=lines, subject=lines, linked_at=instants)

EVERY_ACCOUNT = (
    linked,
    accounts,
    keys,
    teams,
    events,
    st.builds(TokenPair, access_token=secrets, refresh_token=secrets, expires_in=st.integers(1, 10**6)),
    st.builds(NewApiKey, key=keys, secret=secrets),
    st.builds(
        AccountExport,
        account=accounts,
        user=st.none() | users,
        identities=st.lists(linked, max_size=2),
        api_keys=st.lists(keys, max_size=2),
        teams=st.lists(teams, max_size=2),
        events=st.lists(events, max_size=2),
    ),
    st.builds(SignupRequest, email=emails, password=secrets, name=lines),
    st.builds(AdminRequest, email=emails, password=secrets, name=lines, tenant_id=lines),
    st.builds(LoginRequest, email=emails, password=secrets),
    st.builds(ChangePasswordRequest, current_password=secrets, new_password=secrets),
    st.builds(NewPasswordRequest, token=secrets, password=secrets),
    st.builds(EmailRequest, email=emails),
    st.builds(TokenRequest, token=secrets),
    st.builds(ApiKeyRequest, name=lines, right=rights),
    st.builds(InviteRequest, email=emails, name=lines, access=access, user_id=st.none() | lines),
    st.lists(lines, max_size=4, unique=True).flatmap(
        lambda ids: st.builds(TeamRequest, name=lines, managers=st.just(ids[:2]), members=st.just(ids[2:]))
    ),
    st.builds(
        AuditFilters,
        account_id=st.none() | lines,
        tenant_id=st.none() | lines,
        event=st.none() | st.sampled_from(capabilities.audit_events()),
        start=st.none() | instants,
        end=st.none() | instants,
        before=st.none() | st.integers(1, 10**9),
        limit=st.integers(1, 10_000),
        offset=st.integers(0, 10**6),
    ),
    st.builds(
        AccountPolicy,
        signup=st.sampled_from(["join", "found", "closed"]),
        public_url=lines,
        links_url=lines,
        secret_keys=st.lists(st.text("abc", min_size=32, max_size=40), max_size=2),
        access_token_minutes=st.integers(1, 100),
        refresh_token_days=st.integers(1, 100),
        reset_minutes=st.integers(1, 100),
        verify_days=st.integers(1, 100),
        invite_days=st.integers(1, 100),
        hash_memory_kib=st.integers(8, 100),
        hash_passes=st.integers(1, 3),
        hash_lanes=st.integers(1, 3),
    ),
)
