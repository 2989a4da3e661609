"""Versions as HTTP tells them: ETag, If-Match, If-None-Match (RFC 9110, 8.8 and 13.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from meetkit import meeting_service
from meetkit.errors import VersionConflictError
from meetkit.models.meetings import Meeting

_TAG = re.compile(r'(?:W/)?"[^"]*"')


class PreconditionFailedError(VersionConflictError):
    """What was asked for by If-Match is not what is there."""

    status_code = 412


def etag(meeting: Meeting) -> dict[str, str]:
    """The header that tells a meeting's version."""
    return {"ETag": f'"{meeting.version}"'}


def is_known(meeting: Meeting, if_none_match: str | None) -> bool:
    """Whether who asks has this version already."""
    if if_none_match is None:
        return False
    known = {tag.removeprefix("W/") for tag in _TAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or etag(meeting)["ETag"] in known


def version_asked(meeting_id: str, if_match: str | None) -> int | None:
    """The version that a change is meant for, `None` for any.

    Raises:
        PreconditionFailedError: the meeting is at another one.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    meeting = meeting_service.get_meeting(meeting_id, transcript=False)
    if etag(meeting)["ETag"] not in _TAG.findall(if_match):
        raise PreconditionFailedError(f"If-Match: meeting {meeting_id!r} is at ETag {etag(meeting)['ETag']}")
    return meeting.version


@contextmanager
def precondition(if_match: str | None) -> Iterator[None]:
    """Around a change that was asked for by If-Match: where it comes too late, say so in those terms."""
    try:
        yield
    except VersionConflictError as error:
        if if_match is None:
            raise
        raise PreconditionFailedError(str(error)) from None
