"""What the pages for who follows a link in a mail do: the same as the routes of by_mail, told in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Concatenate

from meetkit.accounts import pages
from meetkit.accounts.models import NewPasswordRequest, TokenRequest
from meetkit.accounts.pages import Page
from meetkit.accounts.repository.email_tokens import StaleTokenError
from meetkit.accounts.routes import auth_operations as auth
from meetkit.accounts.service import Accounts
from meetkit.errors import InvalidRequestError, MeetkitError
from meetkit.models.base import parse
from meetkit.web import problems
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

Act = Callable[Concatenate[RequestContext, Accounts, ...], Reply]
ACTS: Mapping[Page, Act] = {
    pages.VERIFICATION: auth.verify_email,
    pages.RESET: auth.reset_password,
    pages.INVITATION: auth.accept_invitation,
}


def show(page: Page, token: str) -> Reply:
    """The page that a link leads to. Whether the token is good is not looked at."""
    return pages.form_page(page, token) if _is_token(token) else pages.invalid_link_page(page)


def take(context: RequestContext, accounts: Accounts, page: Page, form: Mapping[str, str]) -> Reply:
    """Do what the form asks for, and say so, or what is wrong."""
    token = form.get("token", "")
    if not _is_token(token):
        return pages.invalid_link_page(page)
    try:
        ACTS[page](context, accounts, _asked(page, token, form))
    except StaleTokenError:
        return pages.invalid_link_page(page)
    except MeetkitError as error:
        status, headers = error.status_code, problems.headers_of(error)
        return pages.form_page(page, token, problem=_sentence(error), status=status, headers=headers)
    return pages.success_page(page)


def _is_token(text: str) -> bool:
    try:
        parse(TokenRequest, {"token": text})
    except InvalidRequestError:
        return False
    return True


def _asked(page: Page, token: str, form: Mapping[str, str]) -> TokenRequest | NewPasswordRequest:
    if not page.takes_password:
        return TokenRequest(token=token)
    password = form.get("password", "")
    if password != form.get("again"):
        raise InvalidRequestError("password: differs from what was typed once more")
    return parse(NewPasswordRequest, {"token": token, "password": password})


def _sentence(error: MeetkitError) -> str:
    """What an error says, for people: of a field by its name."""
    field, colon, rest = str(error).partition(": ")
    said = f"the {field} {rest}" if colon and field == "password" else str(error)
    return f"{said[:1].upper()}{said[1:]}."
