"""The Flask routes of polls."""

from __future__ import annotations

from meetkit.polls import operations
from meetkit.polls.models import LinkAnswer, LinkToken, NewLink, NewPoll, PollAnswer, PollBooking
from meetkit.web.flask.reading import body, query
from meetkit.web.flask.views import Route, Routes
from meetkit.web.paging import Page

_POLL = "/polls/<poll_id>"

ROUTES = Routes(
    (
        Route("POST", "/polls", operations.create_poll, [body(NewPoll)]),
        Route("GET", "/polls", operations.list_polls, [query(Page)]),
        Route("GET", _POLL, operations.get_poll),
        Route("DELETE", _POLL, operations.delete_poll),
        Route("PUT", f"{_POLL}/answers", operations.answer_poll, [body(PollAnswer)]),
        Route("POST", f"{_POLL}/close", operations.close_poll),
        Route("POST", f"{_POLL}/book", operations.book_poll, [body(PollBooking)]),
        Route("POST", f"{_POLL}/links", operations.create_link, [body(NewLink)]),
        Route("POST", "/poll-links/open", operations.open_link, [body(LinkToken)]),
        Route("PUT", "/poll-links/answers", operations.answer_by_link, [body(LinkAnswer)]),
    )
)
