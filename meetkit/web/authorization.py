"""Authorization: each operation declares its requirements, and one function checks them, for every framework."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from meetkit.models.caller import Caller
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply

P = ParamSpec("P")
Operation = Callable[Concatenate[RequestContext, P], Reply] | Callable[Concatenate[RequestContext, P], Awaitable[Reply]]
OperationT = TypeVar("OperationT", bound=Callable[..., Any])
_ATTRIBUTE = "requirements"


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """The requirements of an operation.

    Public operations need no `authentication`. `write` refuses read-only callers, `admin` everybody but admins,
    `session` API keys. `audit` is the event recorded after success, about the operation's first argument. `threads`
    names the thread pool that the operation runs in, where it is not the common one.
    """

    authentication: bool = True
    write: bool = False
    admin: bool = False
    session: bool = False
    audit: str | None = None
    threads: str | None = None

    def check(self, caller: Caller | None) -> None:
        """Refuse a caller who may not run the operation. Without a caller, the host has guarded its routes itself.

        Raises:
            ForbiddenError: the caller lacks a permission.
        """
        # Backends without `identify` know no callers; all others have refused the request by now.
        if caller is None:
            return
        if self.session:
            caller.check_session()
        if self.admin:
            caller.check_admin()
        if self.write:
            caller.check_write()


def requires(
    *,
    authentication: bool = True,
    write: bool = False,
    admin: bool = False,
    session: bool = False,
    audit: str | None = None,
    threads: str | None = None,
) -> Callable[[OperationT], OperationT]:
    """Declare the requirements of an operation, which are checked whenever it is called; see `Requirements`."""
    requirements = Requirements(
        authentication=authentication, write=write, admin=admin, session=session, audit=audit, threads=threads
    )

    def declare(operation: OperationT) -> OperationT:
        wrap = _with_check_async if inspect.iscoroutinefunction(operation) else _with_check
        declared_operation = wrap(operation, requirements)
        setattr(declared_operation, _ATTRIBUTE, requirements)
        return cast("OperationT", declared_operation)

    return declare


def requirements_of(operation: Callable[..., Any]) -> Requirements:
    """Return the requirements that an operation declares.

    Raises:
        TypeError: it declares none.
    """
    requirements = getattr(operation, _ATTRIBUTE, None)
    if not isinstance(requirements, Requirements):
        name = getattr(operation, "__qualname__", repr(operation))
        raise TypeError(f"the operation {name} declares no requirements; decorate it with @requires(...)")
    return requirements


def _with_check(operation: Callable[..., Reply], requirements: Requirements) -> Callable[..., Reply]:
    subject_of = _subject_reader(operation)

    @wraps(operation)
    def check_and_run(context: RequestContext, *args: Any, **kwargs: Any) -> Reply:
        requirements.check(context.caller)
        reply = operation(context, *args, **kwargs)
        if requirements.audit:
            context.record(requirements.audit, subject_of(args, kwargs))
        return reply

    return check_and_run


def _with_check_async(
    operation: Callable[..., Awaitable[Reply]], requirements: Requirements
) -> Callable[..., Awaitable[Reply]]:
    subject_of = _subject_reader(operation)

    @wraps(operation)
    async def check_and_run(context: RequestContext, *args: Any, **kwargs: Any) -> Reply:
        requirements.check(context.caller)
        reply = await operation(context, *args, **kwargs)
        if requirements.audit and context.on_audit_event:
            # The audit log is a database, which the event loop must not wait for.
            await asyncio.to_thread(context.record, requirements.audit, subject_of(args, kwargs))
        return reply

    return check_and_run


def _subject_reader(operation: Callable[..., Any]) -> Callable[[tuple[Any, ...], dict[str, Any]], str]:
    """Return a function that reads the operation's first argument after the context, positional or by name."""
    # FastAPI's handlers pass ids by position, Flask's by name.
    _, *names = inspect.signature(operation).parameters

    def subject_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        return str(args[0] if args else kwargs[names[0]])

    return subject_of
