"""Versions of meetings in HTTP: ETag, If-Match, If-None-Match (RFC 9110, 8.8 and 13.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from meetkit.errors import VersionConflictError
from meetkit.meetings import service
from meetkit.models.meetings import Meeting

_ETAG = re.compile(r'(?:W/)?"[^"]*"')


class PreconditionFailedError(VersionConflictError):
    """The version in If-Match is not the current one."""

    status_code = 412


def etag(meeting: Meeting) -> dict[str, str]:
    """Return the ETag header of a meeting's version."""
    return {"ETag": f'"{meeting.version}"'}


def is_not_modified(meeting: Meeting, if_none_match: str | None) -> bool:
    """Return whether the client has this version already."""
    if if_none_match is None:
        return False
    etags = {match.removeprefix("W/") for match in _ETAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or etag(meeting)["ETag"] in etags


def expected_version(meeting_id: str, if_match: str | None) -> int | None:
    """Return the version that a change is meant for, `None` for any.

    Raises:
        PreconditionFailedError: the meeting has another version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    meeting = service.get_meeting(meeting_id, transcript=False)
    if etag(meeting)["ETag"] not in _ETAG.findall(if_match):
        raise PreconditionFailedError(f"If-Match: meeting {meeting_id!r} is at ETag {etag(meeting)['ETag']}")
    return meeting.version


@contextmanager
def precondition(if_match: str | None) -> Iterator[None]:
    """Report a version conflict as a failed precondition, where the request has If-Match."""
    try:
        yield
    except VersionConflictError as error:
        if if_match is None:
            raise
        raise PreconditionFailedError(str(error)) from None
