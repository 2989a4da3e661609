"""Routes of the pages that links in emails lead to. They are not part of the API, so OpenAPI omits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from meetkit.accounts import pages
from meetkit.accounts.models import NewPasswordRequest, TokenRequest
from meetkit.accounts.pages import Page
from meetkit.accounts.repository.email_tokens import StaleTokenError, UsedTokenError
from meetkit.accounts.service import Accounts
from meetkit.errors import InvalidRequestError, MeetkitError
from meetkit.models.base import parse
from meetkit.web import problems
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch, response_of
from meetkit.web.openapi import PUBLIC
from meetkit.web.reply import Reply
from meetkit.web.uploads import fields

router = APIRouter(prefix="/auth/pages", include_in_schema=False)
Redeem = Callable[[RequestContext, Mapping[str, str]], object]


def _serve(page: Page, redeem: Redeem) -> None:
    """Add the routes of a page, whose form `redeem` processes."""

    # Argon2 takes memory and time, so passwords are hashed by few threads of their own.
    @requires(authentication=False, threads="passwords" if page.takes_password else None)
    def submit(context: RequestContext, form: Mapping[str, str]) -> Reply:
        return _submit(context, page, redeem, form)

    @router.get(f"/{page.name}", openapi_extra=PUBLIC)
    async def show(token: str = "") -> Response:
        # The token is not looked up, as mail scanners open links.
        return response_of(pages.form_page(page, token) if _is_token(token) else pages.invalid_link_page(page))

    @router.post(f"/{page.name}", openapi_extra=PUBLIC)
    async def post(dispatch: Dispatch, request: Request) -> Response:
        return await dispatch(submit, await fields(request))


def _submit(context: RequestContext, page: Page, redeem: Redeem, form: Mapping[str, str]) -> Reply:
    """Process the form and return the page with success or the problem."""
    token = form.get("token", "")
    if not _is_token(token):
        return pages.invalid_link_page(page)
    try:
        redeem(context, form)
    except (StaleTokenError, UsedTokenError) as error:
        return pages.invalid_link_page(page, status=error.status_code)
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


def _verify_email(context: RequestContext, form: Mapping[str, str]) -> None:
    context.service(Accounts).email_verification.confirm(form["token"], origin=context.origin)


def _change_email(context: RequestContext, form: Mapping[str, str]) -> None:
    context.service(Accounts).email_change.confirm(form["token"], origin=context.origin)


def _reset_password(context: RequestContext, form: Mapping[str, str]) -> None:
    context.service(Accounts).password_reset.confirm(_new_password(form), origin=context.origin)


def _accept_invitation(context: RequestContext, form: Mapping[str, str]) -> None:
    context.service(Accounts).password_reset.accept_invitation(_new_password(form), origin=context.origin)


def _new_password(form: Mapping[str, str]) -> NewPasswordRequest:
    password = form.get("password", "")
    if password != form.get("again"):
        raise InvalidRequestError("the passwords do not match")
    return parse(NewPasswordRequest, {"token": form["token"], "password": password})


def _sentence(error: MeetkitError) -> str:
    """Return an error's message as a sentence."""
    field, colon, rest = str(error).partition(": ")
    # "password: has 5 characters" reads as "The password has 5 characters."
    message = f"the {field} {rest}" if colon and field == "password" else str(error)
    return f"{message[:1].upper()}{message[1:]}."


_serve(pages.VERIFICATION, _verify_email)
_serve(pages.RESET, _reset_password)
_serve(pages.INVITATION, _accept_invitation)
_serve(pages.EMAIL_CHANGE, _change_email)
