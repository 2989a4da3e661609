"""The operations on polls."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.polls import pages, service
from meetkit.polls.models import LinkAnswer, LinkToken, NewLink, NewPoll, Poll, PollAnswer, PollBooking
from meetkit.storage.sql import Database
from meetkit.web.authorization import requires
from meetkit.web.bodies import Listing
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, Page, cursor_errors, page_of
from meetkit.web.reply import Reply


class PollPage(Listing):
    """Polls, the newest first."""

    items: list[Poll]


@requires(write=True)
def create_poll(context: RequestContext, body: NewPoll) -> Reply:
    """Propose times."""
    poll = service.create_poll(context.service(Database), body, caller=context.caller)
    context.record("poll_created", poll.id)
    return Reply.of(poll, 201, {"Location": f"{PREFIX}/polls/{quote(poll.id, safe='')}"})


@requires()
def list_polls(context: RequestContext, query: Page) -> Reply:
    """List the polls that the caller may see."""
    with cursor_errors("poll", query.after):
        polls = service.list_polls(
            context.service(Database),
            caller=context.caller,
            after=query.after,
            offset=query.offset,
            limit=query.limit + 1,
        )
    return page_of(PollPage, "/polls", query, polls, lambda poll: poll.id)


@requires()
def get_poll(context: RequestContext, poll_id: str) -> Reply:
    """Return a poll."""
    return Reply.of(service.get_poll(context.service(Database), poll_id, caller=context.caller))


@requires(write=True)
def answer_poll(context: RequestContext, poll_id: str, body: PollAnswer) -> Reply:
    """Store the answers of a participant."""
    poll = service.answer_poll(
        context.service(Database),
        poll_id,
        body.answers,
        user_id=body.user_id,
        contact_id=body.contact_id,
        caller=context.caller,
    )
    return Reply.of(poll)


@requires(write=True)
def close_poll(context: RequestContext, poll_id: str) -> Reply:
    """End the answers to a poll."""
    return Reply.of(service.close_poll(context.service(Database), poll_id, caller=context.caller))


@requires(write=True)
def book_poll(context: RequestContext, poll_id: str, body: PollBooking) -> Reply:
    """Book a meeting at an option of a poll."""
    poll = service.book_poll(context.service(Database), poll_id, option=body.option, caller=context.caller)
    context.record("poll_booked", poll_id)
    return Reply.of(poll)


@requires(write=True)
def delete_poll(context: RequestContext, poll_id: str) -> Reply:
    """Delete a poll."""
    service.delete_poll(context.service(Database), poll_id, caller=context.caller)
    return Reply(204)


@requires(write=True)
def create_link(context: RequestContext, poll_id: str, body: NewLink) -> Reply:
    """Make a link by which a contact answers."""
    link = service.create_link(context.service(Database), poll_id, body.contact_id, caller=context.caller)
    context.record("poll_link_created", poll_id)
    return Reply.of(link, 201)


@requires(authentication=False)
def open_link(context: RequestContext, body: LinkToken) -> Reply:
    """Return the poll of a link."""
    return Reply.of(service.open_link(context.service(Database), body.token))


@requires(authentication=False)
def answer_by_link(context: RequestContext, body: LinkAnswer) -> Reply:
    """Store the answers of who has a link."""
    return Reply.of(service.answer_by_link(context.service(Database), body.token, body.answers))


@requires(authentication=False)
def show_page(context: RequestContext, token: str) -> Reply:
    """Return the page of a link; it changes nothing, so that a mail scanner that opens links answers nothing."""
    try:
        return pages.poll_page(service.open_link(context.service(Database), token), token)
    except InvalidRequestError:
        return pages.invalid_link_page()


@requires(authentication=False)
def answer_on_page(context: RequestContext, form: Mapping[str, str]) -> Reply:
    """Store the answers of the form on the page of a link, and return the page with success or the problem."""
    database, token = context.service(Database), form.get("token", "")
    try:
        poll = service.open_link(database, token)
    except InvalidRequestError:
        return pages.invalid_link_page()
    try:
        request = pages.answer_of(form)
        poll = service.answer_by_link(database, token, request.answers)
    except InvalidRequestError as error:
        answers = pages.form_answers(form)
        return pages.poll_page(poll, token, answers=answers, problem=_sentence(error), status=error.status_code)
    except ConflictError as error:
        # It ended while the page was open.
        poll = service.open_link(database, token)
        return pages.poll_page(poll, token, problem="Your answers came too late.", status=error.status_code)
    return pages.poll_page(poll, token, is_stored=True)


def _sentence(error: InvalidRequestError) -> str:
    message = str(error)
    return f"{message[:1].upper()}{message[1:]}."
