"""A host by Django keeps meetkit's contract on its own tables; Django is set up once in a process."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from meetkit import data, meeting_service
from meetkit.storage import MemoryStore
from meetkit.testing import StoreContract
from meetkit.testing.examples import people
from tests.hosts import asked, load, served


@pytest.fixture(scope="module")
def django_host(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The example, on a database of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_HOST_DATABASE", str(tmp_path_factory.mktemp("django") / "host.db"))
        module = load("django_host")
    module.create_tables()
    return module


@pytest.fixture
def django_store(django_host: ModuleType) -> Any:
    """The store of the Django host, empty."""
    for table in django_host.TABLES.values():
        table.objects.all().delete()
    return django_host.DjangoStore()


class TestDjangoStore(StoreContract):
    """A store on a host's own tables keeps the contract."""

    @pytest.fixture
    def store(self, django_store: Any) -> Any:
        return django_store

    def test_what_is_erased_is_gone(self, store: Any) -> None:
        store.import_records(data.sample_store().export_records())

        with meeting_service.use(store=store, llm=None):
            meeting_service.erase_contact("contact_1")
            meeting_service.erase_user("user_2")

        kept = MemoryStore()
        kept.import_records([*people(), *data.sample_store().export_records()])
        with meeting_service.use(store=kept, llm=None):
            meeting_service.erase_contact("contact_1")
            meeting_service.erase_user("user_2")
        assert _without_time(store.export_records()) == _without_time(kept.export_records())


def _without_time(records: Iterator[Any]) -> list[str]:
    return [re.sub('"updated_at":"[^"]+"', '"updated_at":"now"', one.model_dump_json()) for one in records]


@pytest.mark.usefixtures("django_store")
def test_a_django_host_answers_from_its_own_tables(django_host: ModuleType) -> None:
    django_host.fill()
    client = importlib.import_module("django.test").Client()

    assert [one["id"] for one in client.get("/meetings?user_id=user_1&limit=1").json()["items"]] == ["hist_meeting_1"]
    assert client.get("/meetings").status_code == 400
    assert client.post("/meetings/meeting_1/prepare?max_retries=0").json()["status"] == 400
    assert client.get("/meetings/meeting_1/prep").json()["status"] == 404
    assert client.post("/meetings/meeting_1/prepare").json()["engine"] == "offline"
    assert client.get("/meetings/meeting_1/prep").json()["talking_points"]
    appointment = django_host.Appointment.objects.get(key="meeting_1")
    assert json.loads(appointment.content)["artefacts"]["prep"]
    assert {one.key for one in appointment.employees.all()} == {"user_1", "user_2"}
    assert [one.key for one in appointment.clients.all()] == ["contact_1"]


@pytest.mark.usefixtures("socket_enabled")
def test_a_django_host_is_served(tmp_path: Path) -> None:
    with served("django_host", tmp_path) as place:
        assert asked(f"{place}/meetings?user_id=user_1")["items"][0]["id"] == "hist_meeting_1"
