"""The operations on meetings, under the name that hosts import: see `meetkit.meetings.service`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetkit.meetings.service import *  # noqa: F403  # a front re-exports, and holds nothing of its own
    from meetkit.meetings.service import __all__ as __all__  # noqa: PLC0414


# Loaded by the first use, so that a program that imports this, and may never call it, starts fast.
if not TYPE_CHECKING:  # A type checker would take every name for one of these.

    def __getattr__(name: str) -> Any:
        from meetkit.meetings import service  # noqa: PLC0415

        try:
            value = globals()[name] = getattr(service, name)
        except AttributeError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
        return value

    def __dir__() -> list[str]:
        return [*globals(), *__getattr__("__all__")]
