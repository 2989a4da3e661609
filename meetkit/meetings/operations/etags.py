"""Versions of meetings and people in HTTP: ETag, If-Match, If-None-Match (RFC 9110, 8.8 and 13.1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from meetkit.errors import VersionConflictError
from meetkit.meetings import service
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User

PersonT = TypeVar("PersonT", User, Contact)
_ETAG = re.compile(r'(?:W/)?"[^"]*"')


class PreconditionFailedError(VersionConflictError):
    """The version in If-Match is not the current one."""

    status_code = 412


def etag(value: Meeting | User | Contact) -> dict[str, str]:
    """Return the ETag header: a meeting's version, or a hash of all that a person's record says."""
    if isinstance(value, Meeting):
        return {"ETag": f'"{value.version}"'}
    return {"ETag": f'"{hashlib.sha256(value.model_dump_json(exclude={"id"}).encode()).hexdigest()[:32]}"'}


def is_not_modified(value: Meeting | User | Contact, if_none_match: str | None) -> bool:
    """Return whether the client has this version already."""
    if if_none_match is None:
        return False
    # If-None-Match compares weakly (RFC 9110, 13.1.2), so that a proxy may mark the ETag as weak.
    etags = {match.removeprefix("W/") for match in _ETAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or etag(value)["ETag"] in etags


def expected_version(meeting_id: str, if_match: str | None) -> int | None:
    """Return the version of a meeting that a change is meant for, `None` for any.

    Raises:
        PreconditionFailedError: the meeting has another version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    meeting = service.get_meeting(meeting_id, transcript=False)
    _check(meeting, if_match)
    return meeting.version


def expected_person(person: PersonT, if_match: str | None) -> PersonT | None:
    """Return the record that a change is meant for, which is the present one, or `None` for any.

    Raises:
        PreconditionFailedError: it is meant for another.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    _check(person, if_match)
    return person


def _check(value: Meeting | User | Contact, if_match: str) -> None:
    # If-Match compares strongly (RFC 9110, 13.1.1), so that a weak ETag, with its `W/`, never matches.
    if etag(value)["ETag"] not in _ETAG.findall(if_match):
        kind = type(value).__name__.lower()
        raise PreconditionFailedError(f"If-Match: {kind} {value.id!r} is at ETag {etag(value)['ETag']}")


@contextmanager
def precondition(if_match: str | None) -> Iterator[None]:
    """Report a version conflict as a failed precondition, where the request has If-Match."""
    try:
        yield
    except VersionConflictError as error:
        if if_match is None:
            raise
        raise PreconditionFailedError(str(error)) from None
