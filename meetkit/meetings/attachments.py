"""Analyses and briefs as they are stored with a meeting: JSON, which another version may have written."""

from __future__ import annotations

import logging
from typing import TypeVar

from pydantic import ValidationError

from meetkit.errors import NotFoundError, brief_repr
from meetkit.models.base import Value
from meetkit.runtime.collaborators import current_store
from meetkit.storage import Store

INSIGHTS, CORRECTIONS, NOTES = "insights", "corrections", "notes"

_log = logging.getLogger("meetkit.meetings")
ValueT = TypeVar("ValueT", bound=Value)


def load(kind: type[ValueT], store: Store, meeting_id: str, attachment: str) -> ValueT | None:
    """Return a stored value; `None` where there is none, or where its form is unknown, which is logged."""
    content = store.get_artefact(meeting_id, attachment)
    try:
        return None if content is None else kind.model_validate_json(content)
    except ValidationError:
        # The content is personal, so the log names only where it is.
        _log.warning("the stored %s of meeting %s cannot be read", attachment, brief_repr(meeting_id))
        return None


def missing(description: str, meeting_id: str, attachment: str) -> NotFoundError:
    """Return the error for a value that `load` has not returned; it says so where one is stored in an unknown form."""
    is_stored = current_store().get_artefact(meeting_id, attachment) is not None
    advice = "this version cannot read the stored one, so create it again" if is_stored else None
    return NotFoundError(description, meeting_id, advice)
