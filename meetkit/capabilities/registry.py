"""The tuple of installed capabilities: those of the product, then those that a host registers."""

from __future__ import annotations

import re
from functools import cache

from meetkit.capabilities.capability import Capability, resolve

NAMES = ("meetings", "accounts")
"""The capabilities of the product, by folder. Their order is the order of exports, routes and commands."""
STORE_CAPABILITY = "meetings"
"""The capability whose rows are behind the `Store` protocol, so that a host may store them elsewhere."""

# Written at start-up, before the app is built; reads take the tuple that is there.
_of_hosts: list[Capability] = []


def installed() -> tuple[Capability, ...]:
    """Return all capabilities: the product's in the order of `NAMES`, then those registered, oldest first."""
    return (*_own(), *_of_hosts)


def register(capability: Capability) -> None:
    """Add a host's capability, before the app, the command line or a database is opened.

    Raises:
        ValueError: its name is not a short word in lower case, or it or a command of its name is installed already, or
            it has migrations and no tables.
    """
    # Tables, endpoints and import paths are named after it.
    if not (isinstance(capability.name, str) and re.fullmatch("[a-z][a-z0-9_]{0,30}", capability.name)):
        raise ValueError(f"the name {capability.name!r} is not a word of lower-case letters, digits and underscores")
    if capability.migrations and not capability.tables:
        raise ValueError(f"the capability {capability.name!r} has migrations and no tables")
    if capability.name in {entry.name for entry in installed()}:
        raise ValueError(f"a capability named {capability.name!r} is installed already")
    commands = {command.name for entry in installed() for command in entry.commands}
    if clash := commands & {command.name for command in capability.commands}:
        raise ValueError(f"the command {min(clash)!r} is installed already")
    _of_hosts.append(capability)


def unregister(name: str) -> None:
    """Remove a host's capability, as tests do; unknown names are ignored."""
    _of_hosts[:] = [capability for capability in _of_hosts if capability.name != name]


def audit_events() -> tuple[str, ...]:
    """Return the names of all audit events, each once, in the order of the capabilities."""
    return tuple(dict.fromkeys(event for capability in installed() for event in capability.audit_events))


@cache
def _own() -> tuple[Capability, ...]:
    return tuple(resolve(f"meetkit.{name}.capability:CAPABILITY") for name in NAMES)
