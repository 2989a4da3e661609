"""The capabilities of the product: a value for each, in the one tuple that app, commands and data rules loop over.

`installed()` is that tuple. A capability is a folder with a `capability.py` that holds its `Capability`, and its name
in `NAMES`. A host adds one of its own by `register`.
"""

from meetkit.capabilities.capability import Capability, Command, Migrations, PersonalDataReader, resolve
from meetkit.capabilities.registry import NAMES, STORE_CAPABILITY, audit_events, installed, register, unregister

__all__ = [
    "NAMES",
    "STORE_CAPABILITY",
    "Capability",
    "Command",
    "Migrations",
    "PersonalDataReader",
    "audit_events",
    "installed",
    "register",
    "resolve",
    "unregister",
]
