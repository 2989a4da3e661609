"""The state of one app: its settings, collaborators, and resources to close."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from fastapi import FastAPI

from meetkit.accounts.service import Accounts
from meetkit.settings import Settings
from meetkit.web.app.readiness import Readiness
from meetkit.web.monitoring.metrics import Metrics


@dataclass(frozen=True)
class ServiceState:
    """The settings and collaborators of an app that `create_app` made.

    `signing_keys` sign tokens, the first of them; all verify. `readiness` is reported by `/readyz`, `metrics` by
    `/metrics`. `closing` holds the resources that are closed when the app ends, the last opened first.
    """

    settings: Settings
    signing_keys: Sequence[str]
    accounts: Accounts
    readiness: Readiness
    metrics: Metrics
    closing: ExitStack


def service_of(app: FastAPI) -> ServiceState:
    """Return the state of an app that `create_app` made."""
    state: ServiceState = app.state.meetkit
    return state
