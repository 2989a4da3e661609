"""Which store and model a call works with."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from meetkit import data
from meetkit import meeting_service as service
from meetkit.errors import InvalidRequestError, NotFoundError, SampleStoreWarning
from meetkit.llm_client import MockLLMClient
from meetkit.runtime.collaborators import current_llm, current_store
from meetkit.storage import MemoryStore
from meetkit.testing import ScriptedLLMClient


def in_thread(call: Callable[[], Any]) -> Any:
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(call()))
    thread.start()
    thread.join()
    return result[0]


def test_the_sample_and_the_offline_engine_are_the_default() -> None:
    assert current_store() is data.store()
    assert current_llm() is None


def test_a_block_has_its_own_and_gives_it_back() -> None:
    mine, model = MemoryStore(), ScriptedLLMClient([])

    with service.use(store=mine, llm=model):
        assert (current_store(), current_llm()) == (mine, model)
        with service.use(llm=None):
            assert (current_store(), current_llm()) == (mine, None)
        with service.use(store=MemoryStore()):
            assert current_store() is not mine
            assert current_llm() is model
        assert (current_store(), current_llm()) == (mine, model)
    assert current_llm() is None


def test_a_block_gives_back_after_an_error_too() -> None:
    with pytest.raises(NotFoundError), service.use(llm=ScriptedLLMClient([])):
        service.get_meeting("nope")
    assert current_llm() is None


def test_a_process_has_what_it_configured_and_a_block_comes_first() -> None:
    mine, model = MemoryStore(), ScriptedLLMClient([])
    service.configure(store=mine)
    service.configure(llm=model)

    assert (current_store(), current_llm()) == (mine, model)
    assert in_thread(current_store) is mine
    with service.use(llm=None):
        assert current_llm() is None


def test_a_configured_process_never_sees_the_sample() -> None:
    service.configure(llm=None)

    with pytest.raises(NotFoundError):
        service.get_user("user_1")
    assert current_store() is current_store()


def test_a_thread_does_not_inherit_a_block_and_is_warned() -> None:
    with service.use(store=MemoryStore()), pytest.warns(SampleStoreWarning, match="does not reach other threads"):
        assert in_thread(current_store) is data.store()


def test_a_thread_that_brings_its_own_is_not_warned() -> None:
    mine = MemoryStore()

    def work() -> Any:
        with service.use(store=mine):
            return current_store()

    with service.use(store=MemoryStore()):
        assert in_thread(work) is mine


def test_a_call_after_the_block_is_warned_too() -> None:
    with service.use(store=MemoryStore()):
        pass

    for call in (service.get_user, service.get_all_meetings):
        with pytest.warns(SampleStoreWarning) as warned:
            call("user_1")
        assert warned[0].filename == __file__
    with pytest.warns(SampleStoreWarning) as warned:
        service.generate_pre_meeting_prep_with_retry("meeting_1")
    assert warned[0].filename == __file__


def test_a_configured_process_is_not_warned() -> None:
    service.configure(store=MemoryStore())
    with service.use(store=MemoryStore()):
        pass

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        in_thread(current_store)


def test_tasks_of_one_loop_do_not_mix() -> None:
    async def tenant(store: MemoryStore) -> Any:
        with service.use(store=store):
            await asyncio.sleep(0)
            return await asyncio.to_thread(current_store)

    async def both() -> list[Any]:
        return await asyncio.gather(*map(tenant, stores))

    stores = [MemoryStore(), MemoryStore()]
    assert asyncio.run(both()) == stores


def test_what_cannot_generate_is_no_model() -> None:
    why = "not 'mock'; the name of a model goes into MEETKIT_MODEL"

    with pytest.raises(InvalidRequestError, match=why):
        service.configure(llm="mock")  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match=why), service.use(llm="mock"):  # type: ignore[arg-type]
        pass
    with pytest.raises(InvalidRequestError, match="llm: an object"):
        service.configure(llm=MockLLMClient)  # type: ignore[arg-type]


@pytest.mark.parametrize("nothing", [None, "sqlite://", MemoryStore, object()])
def test_what_lacks_the_methods_is_no_store(nothing: Any) -> None:
    with pytest.raises(InvalidRequestError, match=r"store: an object with the methods of meetkit\.storage\.Store"):
        service.configure(store=nothing)


def test_threads_that_configure_at_once_lose_nothing() -> None:
    for _ in range(200):
        mine, model = MemoryStore(), ScriptedLLMClient([])
        threads = [
            threading.Thread(target=service.configure, kwargs=choice) for choice in ({"store": mine}, {"llm": model})
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (current_store(), current_llm()) == (mine, model)


def test_the_environment_names_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETKIT_MODEL", "mock")

    assert isinstance(current_llm(), MockLLMClient)
    assert current_llm() is current_llm()
    with service.use(llm=None):
        assert current_llm() is None


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETKIT_MODEL", "")

    assert current_llm() is None


@pytest.mark.parametrize("name", ["gpt", "mock\n", " ", "x" * 300])
def test_a_model_that_nobody_knows_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETKIT_MODEL", name)

    with pytest.raises(InvalidRequestError, match="model"):
        service.generate_pre_meeting_prep("meeting_1")
