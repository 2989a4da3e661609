"""A program that imports meetkit loads what it uses, when it uses it; what is built late is built rightly."""

from __future__ import annotations

import subprocess
import sys

import pytest

from meetkit import meeting_service
from meetkit.meetings import service
from meetkit.models import Meeting, User, WorkHours
from meetkit.models.time import OFFICE_HOURS

MEETING = '{"id": "m", "user_id": "u", "title": "Call", "date": "2025-11-20T10:00"}'


def run(program: str) -> None:
    """Run a program in a process of its own, which has imported nothing yet."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_meeting_service_loads_nothing_of_pydantic() -> None:
    run("import sys\nfrom meetkit import meeting_service\nassert 'pydantic' not in sys.modules")


@pytest.mark.parametrize("name", ["find_available_slots", "create_meeting", "get_meeting", "get_users", "use"])
def test_operations_of_the_calendar_load_no_engine_no_model_and_no_event_loop(name: str) -> None:
    run(
        f"import sys\nfrom meetkit import meeting_service\nmeeting_service.{name}\n"
        "unused = ['asyncio', *(f'meetkit.{part}' for part in ('insights', 'llm_client', 'providers', 'data'))]\n"
        "assert not sys.modules.keys() & set(unused), sys.modules.keys() & set(unused)"
    )


def test_no_import_builds_a_validator() -> None:
    """Pydantic builds one with the first value of a model, and looks for plugins then."""
    run(
        "import sys\nfrom meetkit import availability, calendars, data, meeting_service, providers, settings\n"
        "for name in meeting_service.__all__: getattr(meeting_service, name)\n"
        "assert 'pydantic.plugin._loader' not in sys.modules"
    )


def test_all_operations_are_those_of_the_modules_that_define_them() -> None:
    for name in service.__all__:
        operation = getattr(meeting_service, name)
        assert operation is getattr(sys.modules[operation.__module__], name)
    assert set(service.__all__) <= set(dir(meeting_service))


@pytest.mark.parametrize("module", [meeting_service, service])
def test_an_unknown_name_is_reported_as_such(module: object) -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'analyse_meeting'"):
        module.analyse_meeting  # type: ignore[attr-defined]  # noqa: B018  # the mistake


def test_threads_that_use_a_model_first_at_once_all_succeed() -> None:
    run(
        "from concurrent.futures import ThreadPoolExecutor\nfrom threading import Barrier\n"
        "from meetkit.models import Meeting, MeetingFilters, User\n"
        "from meetkit.models.analysis import MeetingContext\n"
        f"fields, start = {MEETING}, Barrier(8)\n"
        "def use(number):\n"
        "    start.wait(30)\n"
        "    values = Meeting(**fields), MeetingFilters(limit=3), MeetingContext()\n"
        "    return values, [value.model_dump_json() for value in values], User.model_json_schema()\n"
        "with ThreadPoolExecutor(8) as threads:\n"
        "    first, *others = threads.map(use, range(8))\n"
        "assert all(other == first for other in others)"
    )


def test_the_variables_where_a_model_is_first_used_change_nothing() -> None:
    run(
        "import meetkit.models\n"
        "def use():\n"
        f"    dt = Any = Literal = date = Self = 'mine'\n    return meetkit.models.Meeting(**{MEETING}).end\n"
        "assert use().hour == 11\n"
        "def change():\n"
        "    dt = Any = Literal = 'mine'\n"
        "    return meetkit.models.MeetingUpdate(title='New').model_dump()\n"
        "assert change() == {'title': 'New'}"
    )


def test_the_office_hours_are_valid() -> None:
    """They are constructed without validation."""
    [hours] = OFFICE_HOURS
    assert WorkHours.model_validate(hours.model_dump()) == hours
    assert User(id="u", name="U", email="u@example.com", role="r").work_hours == OFFICE_HOURS


def test_a_meeting_has_its_end_in_its_schema() -> None:
    assert Meeting.model_json_schema(mode="serialization")["properties"]["end"]["format"] == "date-time"


def test_an_app_of_a_host_takes_and_returns_the_models_without_a_warning() -> None:
    run(
        "from fastapi import FastAPI\nfrom fastapi.testclient import TestClient\n"
        "from meetkit.models import CreateMeetingRequest, Meeting\n"
        "app = FastAPI()\n"
        "@app.post('/meetings')\n"
        "def create(body: CreateMeetingRequest) -> Meeting:\n"
        "    return Meeting(id='m', **body.model_dump())\n"
        "app.openapi()\n"
        f"fields = {MEETING}\ndel fields['id']\n"
        "assert TestClient(app).post('/meetings', json=fields).json()['end'] == '2025-11-20T11:00:00Z'"
    )
