"""The page of a poll's link: a guest without an account sees the times and answers, in any browser without script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from html import escape
from typing import get_args

from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.polls.models import Choice, InvitedPoll, LinkAnswer, Option
from meetkit.web import pages
from meetkit.web.reply import Reply

# The last part of the page's path, to which its form posts.
NAME = "page"
_WORDS = {"yes": "Yes", "if_need_be": "If need be", "no": "No"}
_FIELD = "option-"
_NO_LINK = "This link is incomplete, expired or replaced by a newer one."


def poll_page(
    poll: InvitedPoll,
    token: str,
    *,
    answers: Mapping[str, str] | None = None,
    problem: str | None = None,
    is_stored: bool = False,
    status: int = 200,
) -> Reply:
    """Return the page of a poll: its form while answers are accepted, else how it ended.

    `answers`, by number of the option, are chosen in the form; by default those that are stored.
    """
    thanks = "Thank you, your answers are stored. You can change them until the poll closes." if is_stored else None
    head = (pages.message("done", thanks), pages.message("problem", problem))
    if not poll.accepts_answers:
        return pages.page(poll.title, *head, pages.paragraph(_ending(poll)), status=status)
    # As the form names them, so that what was sent is shown again, also where it is wrong.
    choices = {str(number): choice for number, choice in poll.answers.items()} if answers is None else answers
    fields = "".join(_field(poll, option, choices.get(str(option.number))) for option in poll.options)
    question = f"When can you meet for {poll.duration_minutes} minutes? All times are of {poll.timezone}."
    form = pages.form(NAME, token, fields, "Send my answers")
    return pages.page(poll.title, *head, pages.paragraph(question), form, status=status)


def invalid_link_page() -> Reply:
    """Return the page of a link that is invalid, expired or replaced."""
    advice = "Ask the person who invited you for another one."
    return pages.page("Poll", pages.message("problem", _NO_LINK), pages.paragraph(advice), status=400)


def form_answers(form: Mapping[str, str]) -> dict[str, str]:
    """Return the answers of a form by number of the option, unvalidated."""
    return {name.removeprefix(_FIELD): choice for name, choice in form.items() if name.startswith(_FIELD)}


def answer_of(form: Mapping[str, str]) -> LinkAnswer:
    """Return the request that a form makes.

    Raises:
        InvalidRequestError: the token cannot be one, no time is answered, or an answer is not of an option.
    """
    answers = form_answers(form)
    # From another client this would clear the answers; a person has pressed the button too early.
    if not answers:
        raise InvalidRequestError("choose an answer for one of the times at least")
    return parse(LinkAnswer, {"token": form.get("token", ""), "answers": answers})


def _field(poll: InvitedPoll, option: Option, choice: str | None) -> str:
    radios = "".join(_radio(option.number, answer, is_chosen=answer == choice) for answer in get_args(Choice))
    legend = escape(_span(poll, option.start))
    return f'<fieldset>\n<legend>{legend}</legend>\n<div class="choices">\n{radios}</div>\n</fieldset>\n'


def _radio(number: int, choice: str, *, is_chosen: bool) -> str:
    attribute = " checked" if is_chosen else ""
    return f'<label><input type="radio" name="{_FIELD}{number}" value="{choice}"{attribute}>{_WORDS[choice]}</label>\n'


def _ending(poll: InvitedPoll) -> str:
    winner = next((option for option in poll.options if option.number == poll.option), None)
    if winner is None:
        return "This poll is closed and accepts no more answers."
    return f"This poll is over. The meeting takes place on {_span(poll, winner.start)} ({poll.timezone})."


def _span(poll: InvitedPoll, start: dt.datetime) -> str:
    # Added as an instant, so that a meeting across a clock change ends on the right hour.
    length = dt.timedelta(minutes=poll.duration_minutes)
    end = (start.astimezone(dt.UTC) + length).astimezone(start.tzinfo)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%A %H:%M}"
    return f"{start:%A}, {start.day} {start:%B %Y}, {start:%H:%M} to {until}"
