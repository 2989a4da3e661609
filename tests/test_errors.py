"""The tree of errors is the one that its module draws."""

from __future__ import annotations

import pickle
import re

from meetkit import errors


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"(\w+Error) +(\d{3})(?:, (not )?(retryable))?", errors.__doc__ or "")

    said = {name: (int(status), bool(retryable) and not negated) for name, status, negated, retryable in drawn}
    found = {
        name: (kind.status_code, kind.retryable)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.MeetkitError)
    }
    assert said == found


def test_what_a_caller_got_wrong_is_a_value_error() -> None:
    for kind in (errors.InvalidRequestError, errors.NotFoundError, errors.ConflictError):
        assert issubclass(kind, ValueError)
    assert not issubclass(errors.LLMAPIError, ValueError)


def test_an_error_survives_the_way_back_from_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(errors.NotFoundError("meeting", "m1")))

    assert (str(error), error.kind, error.entity_id) == ("no meeting with id 'm1'", "meeting", "m1")
