"""`meetkit demo`: a tour of meetkit on the sample, in a few seconds."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from meetkit import data, meeting_service
from meetkit.availability import Obstacle
from meetkit.cli import terminal
from meetkit.cli.output import sanitize
from meetkit.errors import LLMRateLimitError
from meetkit.llm_client import LLMClient, MockLLMClient
from meetkit.meetings.commands import views
from meetkit.models.people import User

_DAY = dt.date(2025, 11, 20)
_PEOPLE = ("user_1", "user_3")
# A time at which one of them is busy, and one that is outside the hours of the other.
_POPULAR = ("2025-11-20T15:00:00Z", "2025-11-20T10:00:00Z")
_MEETING = "meeting_1"
_NEXT = """meetkit meetings --user user_3
meetkit slots --user user_1 --user user_4 --date 2025-11-21 --duration 45 --hours own
meetkit brief meeting_3
meetkit brief meeting_6 --json"""


class _FailsOnce:
    """A model that fails once, to show the retry."""

    def __init__(self, client: LLMClient) -> None:
        self.name = "mock"
        self._client = client
        self._failed = False

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        if not self._failed:
            self._failed = True
            raise LLMRateLimitError("rate limit exceeded (injected by the demo)")
        return self._client.generate(prompt, system_prompt)


@click.command()
def demo() -> None:
    """Show what meetkit does, on sample data and in a few seconds."""
    run_demo(terminal.console())


def run_demo(out: Console) -> None:
    """Print coming meetings, common free time and why not earlier, a brief with a retry, and what to try next."""
    out.print(f"meetkit on its sample data, where today is {data.TODAY:%A, %d %B %Y}.")
    users = [meeting_service.get_user(user_id) for user_id in _PEOPLE]
    _coming_meetings(out, users[0])
    _common_time(out, users)
    _brief(out)
    terminal.heading(out, "Try next")
    out.print(_NEXT)


def _coming_meetings(out: Console, user: User) -> None:
    terminal.heading(out, f"1. {sanitize(user.name)}'s coming meetings")
    coming = meeting_service.get_all_meetings(user.id, {"date_from": data.TODAY, "status": "scheduled"})
    views.print_meetings(out, user, coming)


def _common_time(out: Console, users: list[User]) -> None:
    terminal.heading(out, "2. When can these two meet for 30 minutes, each in their own hours?")
    with terminal.status(out, "Searching …"):
        slots = meeting_service.find_available_slots([user.id for user in users], _DAY, 30, None)
    views.print_slots(out, users, _DAY, users[0].timezone, slots)
    for start in _POPULAR:
        moment = dt.datetime.fromisoformat(start)
        obstacles = meeting_service.explain_start([user.id for user in users], moment, 30)
        reasons = "; ".join(_reason(obstacle, users) for obstacle in obstacles)
        out.print(f"Why not at {moment:%H:%M} {users[0].timezone}? {sanitize(reasons)}.")


def _reason(obstacle: Obstacle, users: list[User]) -> str:
    user = next(user for user in users if user.id == obstacle.participant_id)
    zone = ZoneInfo(user.timezone)
    until = f"until {obstacle.end.astimezone(zone):%H:%M} in {user.timezone}"
    return f"{user.name} is {'busy' if obstacle.reason == 'busy' else 'off work'} {until}"


def _brief(out: Console) -> None:
    terminal.heading(out, "3. A brief, by a model that fails once and is called again")
    # The only failure is the one of `_FailsOnce`, and the same words come each time.
    with (
        terminal.status(out, "Calling the model …"),
        meeting_service.use(llm=_FailsOnce(MockLLMClient(failure_rate=0, seed=7))),
    ):
        brief = meeting_service.generate_pre_meeting_prep_with_retry(_MEETING, on_retry=views.retry_notice(out))
    out.print(f"Attempt 2 succeeded. The model ({brief.engine}) is a stand-in; without a model, meetkit writes:\n")
    # Offline, whatever MEETKIT_MODEL says.
    with meeting_service.use(llm=None):
        views.print_brief(
            out, meeting_service.get_meeting(_MEETING), meeting_service.generate_pre_meeting_prep(_MEETING)
        )
