"""Real clients against a real HTTP server on this machine: what is sent, what comes back, and every way to fail."""

from __future__ import annotations

import asyncio
import email.utils
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from meetkit import meeting_service as service
from meetkit import providers
from meetkit.errors import (
    InvalidRequestError,
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
)
from meetkit.llm_client import (
    FallbackClient,
    LLMClient,
    LLMRequest,
    RequestClient,
    RetryPolicy,
    Usage,
    complete,
    complete_async,
    engine_name,
    generate_text,
    generate_text_async,
    stream_text_async,
)
from meetkit.providers import Limits, names
from meetkit.providers.client import ProviderClient
from meetkit.providers.limits import Budget
from meetkit.runtime.collaborators import current_llm
from meetkit.testing import ScriptedLLMClient
from tests.model_server import ModelServer, Reply, breaks_off, gives, running_server, says, streams, waits_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "sk-very-secret"
GOOD = '{"mood": "good"}'
ERROR = '{"error": {"message": "the prompt was: PRIVATE WORDS", "type": "t", "code": null}}'


class Mood(BaseModel):
    mood: Literal["good", "bad"]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_server() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Callable[..., Mood]:
    """`complete` for a mood, either way."""

    def sync(client: LLMClient, **options: Any) -> Mood:
        return complete(client, "PRIVATE WORDS", Mood, **options)

    def other(client: LLMClient, **options: Any) -> Mood:
        return asyncio.run(complete_async(client, "PRIVATE WORDS", Mood, **options))

    return sync if request.param == "sync" else other


def connected(server: ModelServer, *replies: Reply, query: str = "", **limits: Any) -> LLMClient:
    server.replies = list(replies)
    return providers.connect(f"{server.url}{query}#small", limits=Limits(**limits), key=SECRET)


class TestCalls:
    def test_structured_output_is_native_where_the_server_has_it(
        self, server: ModelServer, ask: Callable[..., Mood]
    ) -> None:
        seen: list[Usage] = []

        client = connected(server, says(GOOD), max_output_tokens=99)
        answer = ask(client, system_prompt="Be brief", on_usage=seen.append, purpose="mood")

        assert answer == Mood(mood="good")
        [asked] = server.asked
        assert (asked["model"], asked["max_tokens"]) == ("small", 99)
        assert asked["response_format"]["type"] == "json_schema"
        assert asked["response_format"]["json_schema"]["schema"]["properties"]["mood"]["enum"] == ["good", "bad"]
        assert [message["role"] for message in asked["messages"]] == ["system", "user"]
        assert "<schema>" in asked["messages"][-1]["content"]
        [usage] = seen
        assert (usage.input_tokens, usage.output_tokens, usage.outcome) == (7, 3, "ok")
        assert (usage.purpose, usage.attempt, usage.model) == ("mood", 1, f"{server.url}#small")

    def test_a_server_without_schemas_is_asked_for_an_object_or_by_words(
        self, server: ModelServer, ask: Callable[..., Mood]
    ) -> None:
        ask(connected(server, says(GOOD), query="?json=object"))
        ask(connected(server, says(GOOD), query="?json=prompt"))

        as_object, by_words = server.asked
        assert as_object["response_format"]["type"] == "json_object"
        assert as_object["response_format"]["schema"]["required"] == ["mood"]
        assert "response_format" not in by_words
        assert "<schema>" in by_words["messages"][-1]["content"]

    def test_one_turn_repairs_an_answer_that_was_not_native(
        self, server: ModelServer, ask: Callable[..., Mood]
    ) -> None:
        seen: list[Usage] = []
        client = connected(server, says('{"mood": "fine"}'), says(GOOD), query="?json=prompt")

        assert ask(client, on_usage=seen.append) == Mood(mood="good")

        roles = [message["role"] for message in server.asked[1]["messages"]]
        assert roles == ["user", "assistant", "user"]
        assert "cannot be used: the model's answer does not fit: mood" in server.asked[1]["messages"][2]["content"]
        assert [(usage.outcome, usage.attempt) for usage in seen] == [("output", 1), ("ok", 1)]

    def test_one_repair_is_all_and_a_native_answer_gets_none(
        self, server: ModelServer, ask: Callable[..., Mood]
    ) -> None:
        with pytest.raises(LLMOutputError):
            ask(connected(server, says("nonsense"), query="?json=prompt"))
        with pytest.raises(LLMOutputError):
            ask(connected(server, says("nonsense")))

        assert len(server.asked) == 3

    def test_tokens_are_unknown_where_the_server_does_not_count(self, server: ModelServer) -> None:
        seen: list[Usage] = []

        complete(connected(server, says(GOOD, tokens=None)), "x", Mood, on_usage=seen.append)

        assert (seen[0].input_tokens, seen[0].output_tokens) == (None, None)

    def test_an_answer_without_text_is_paid_for(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        seen: list[Usage] = []
        client = connected(server, says(None), says(""), budget_tokens=20)

        for _ in range(2):
            with pytest.raises(LLMOutputError):
                ask(client, on_usage=seen.append)
        with pytest.raises(LLMRejectedError, match="the budget of 20 tokens is spent"):
            ask(client)

        assert [(one.outcome, one.input_tokens, one.output_tokens) for one in seen] == [("output", 7, 3)] * 2

    def test_an_answer_without_text_is_no_text(self, server: ModelServer) -> None:
        client = connected(server, says(None))
        chain = FallbackClient([client, ScriptedLLMClient(["Hello."])])

        with pytest.raises(LLMOutputError, match="no text"):
            generate_text(client, "x")
        with pytest.raises(LLMOutputError, match="no text"):
            client.generate("x")
        assert chain.generate("x") == "Hello."

    def test_a_sync_call_works_inside_a_running_loop(self, server: ModelServer) -> None:
        client = connected(server, says(GOOD))

        async def inside() -> Mood:
            return complete(client, "x", Mood)

        assert [asyncio.run(inside()) for _ in range(2)] == [Mood(mood="good")] * 2

    def test_generate_alone_is_a_call_too(self, server: ModelServer) -> None:
        client = connected(server, says("Hello."))

        assert client.generate("Say hello", "Be kind") == "Hello."
        assert isinstance(client, RequestClient)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_a_forked_process_calls_on_connections_of_its_own(self, server: ModelServer) -> None:
        client = connected(server, says("Hello."))
        client.generate("x")

        child = os.fork()
        if child == 0:
            os._exit(0 if client.generate("x") == "Hello." else 1)

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


FAILURES: list[tuple[str, Reply, type[LLMAPIError]]] = [
    ("429", gives(429, ERROR), LLMRateLimitError),
    ("500", gives(500, ERROR), LLMUnavailableError),
    ("503", gives(503, ERROR), LLMUnavailableError),
    ("400", gives(400, ERROR), LLMRejectedError),
    ("401", gives(401, ERROR), LLMRejectedError),
    ("403", gives(403, ERROR), LLMRejectedError),
    ("404", gives(404, ERROR), LLMRejectedError),
    ("422", gives(422, ERROR), LLMRejectedError),
    ("a body that is not JSON", gives(200, "PRIVATE WORDS"), LLMUnavailableError),
    ("no choices", gives(200, '{"id": "1", "choices": [], "created": 1, "model": "m"}'), LLMOutputError),
    ("no text", says(None), LLMOutputError),
    ("another shape", gives(200, "[1, 2]"), LLMOutputError),
    ("a page", gives(200, "<html></html>", Content_Type="text/html"), LLMOutputError),
    ("a broken connection", breaks_off, LLMUnavailableError),
]


class TestFailures:
    @pytest.mark.parametrize(("reply", "kind"), [pytest.param(*rest, id=name) for name, *rest in FAILURES])
    def test_each_is_an_error_of_the_port_without_a_word_of_content(
        self, server: ModelServer, ask: Callable[..., Mood], reply: Reply, kind: type[LLMAPIError]
    ) -> None:
        seen: list[Usage] = []
        with pytest.raises(LLMAPIError) as error:
            ask(connected(server, reply), on_usage=seen.append)

        assert type(error.value) is kind
        assert len(server.asked) == len(seen) == 1
        told = "".join(str(one) for one in chain_of(error.value))
        assert "PRIVATE" not in told
        assert SECRET not in told

    def test_nobody_there(self, ask: Callable[..., Mood]) -> None:
        with pytest.raises(LLMUnavailableError):
            ask(providers.connect("http://127.0.0.1:9/v1#none"))

    def test_no_answer_in_time(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        late = threading.Event()
        client = connected(server, waits_for(late, says(GOOD)), timeout=0.2)

        with pytest.raises(LLMTimeoutError):
            ask(client)
        with pytest.raises(LLMAPIError) as error:
            ask(
                connected(server, waits_for(late, says(GOOD))),
                policy=RetryPolicy(attempts=9, call_timeout=0.1, timeout=0.3),
            )
        late.set()

        assert {type(cause) for cause in error.value.causes} == {LLMTimeoutError}
        assert 1 <= len(error.value.causes) < 5

    @pytest.mark.parametrize("kind", ["seconds", "date"])
    def test_a_wish_to_wait_is_read(self, server: ModelServer, ask: Callable[..., Mood], kind: str) -> None:
        wish = "2" if kind == "seconds" else email.utils.formatdate(time.time() + 3600, usegmt=True)
        with pytest.raises(LLMRateLimitError) as error:
            ask(connected(server, gives(429, ERROR, Retry_After=wish)))

        assert error.value.retry_after is not None
        assert error.value.retry_after == 2 if wish == "2" else 3000 < error.value.retry_after <= 3600

    def test_who_asks_to_be_left_alone_is(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        client = connected(server, gives(429, ERROR, Retry_After="60"))
        policy = RetryPolicy(attempts=5)

        for _ in range(3):
            with pytest.raises(LLMAPIError) as error:
                ask(client, policy=policy)
            assert error.value.retry_after == pytest.approx(60, abs=5)

        assert len(server.asked) == 1

    def test_a_bounded_wish_is_waited_for(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        client = connected(server, gives(429, ERROR, Retry_After="1"), says(GOOD))
        waits: list[float] = []

        ask(client, policy=RetryPolicy(), on_retry=lambda *, attempt, error, wait: waits.append(wait))  # noqa: ARG005

        assert waits == [1.0]


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that is printed with it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class TestLimits:
    def test_no_more_calls_at_a_time_than_allowed_sync_and_async_together(self, server: ModelServer) -> None:
        go = threading.Event()
        client = connected(server, waits_for(go, says(GOOD)), concurrency=2)
        assert isinstance(client, RequestClient)

        async def several() -> list[Any]:
            return await asyncio.gather(*(complete_async(client, "x", Mood) for _ in range(4)))

        with ThreadPoolExecutor(8) as pool:
            sync = [pool.submit(complete, client, "x", Mood) for _ in range(4)]
            other = pool.submit(asyncio.run, several())
            end = time.monotonic() + 60
            while server.under_way < 2 and time.monotonic() < end:
                time.sleep(0.01)
            go.set()
            assert [one.result() for one in sync] + other.result() == [Mood(mood="good")] * 8

        assert server.most_under_way == 2
        assert len(server.asked) == 8

    def test_a_wait_for_a_place_ends_too(self, server: ModelServer) -> None:
        go = threading.Event()
        client = connected(server, waits_for(go, says(GOOD)), concurrency=1)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(complete, client, "x", Mood)
            end = time.monotonic() + 60
            while not server.under_way and time.monotonic() < end:
                time.sleep(0.01)
            with pytest.raises(LLMAPIError, match="all 1 concurrent calls"):
                complete(client, "x", Mood, policy=RetryPolicy(attempts=1, timeout=0.1))
            go.set()
            assert first.result() == Mood(mood="good")

    def test_the_breaker_opens_tries_once_and_closes(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        clock = Time()
        named = names.resolve(f"{server.url}#small", SECRET)
        client = ProviderClient("small", named, Limits(breaker_failures=2, breaker_seconds=30), Budget(), clock)
        server.replies = [gives(500), gives(500), gives(500), says(GOOD)]

        def outcome() -> tuple[str, int]:
            try:
                ask(client)
            except LLMAPIError as error:
                return type(error).__name__ + (" at once" if error.retry_after else ""), len(server.asked)
            return "ok", len(server.asked)

        assert [outcome() for _ in range(3)] == [
            ("LLMUnavailableError", 1),
            ("LLMUnavailableError", 2),
            ("LLMUnavailableError at once", 2),
        ]
        clock.now = 30
        assert [outcome(), outcome()] == [("LLMUnavailableError", 3), ("LLMUnavailableError at once", 3)]
        clock.now = 60
        assert [outcome(), outcome()] == [("ok", 4), ("ok", 5)]
        client.close()

    def test_refusals_do_not_open_it(self, server: ModelServer) -> None:
        client = connected(server, gives(401), breaker_failures=2)

        for _ in range(4):
            with pytest.raises(LLMRejectedError):
                complete(client, "x", Mood)

        assert len(server.asked) == 4

    def test_a_spent_budget_refuses_every_model_of_a_chain(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        server.replies = [says(GOOD)]
        urls = [f"{server.url}#a", f"{server.url}#b"]
        client = providers.connect(urls, limits=Limits(budget_tokens=20))

        ask(client)
        ask(client)
        with pytest.raises(LLMRejectedError, match="the budget of 20 tokens is spent"):
            ask(client, policy=RetryPolicy())

        assert len(server.asked) == 2


class TestChains:
    def test_the_next_is_asked_where_one_fails_and_the_result_says_who(
        self, server: ModelServer, ask: Callable[..., Mood]
    ) -> None:
        for reply in (gives(500), gives(401), gives(429), breaks_off, says("nonsense")):
            providers.disconnect()
            server.replies = [reply, says(GOOD)]
            client = providers.connect(f"{server.url}#a, {server.url}#b")
            assert isinstance(client, FallbackClient)
            seen: list[Usage] = []

            ask(client, on_usage=seen.append)

            assert [usage.model.partition("#")[2] for usage in seen] == ["a", "b"]
            assert seen[0].outcome != seen[1].outcome == "ok"

    def test_a_brief_says_which_of_a_chain_wrote_it(self, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MEETKIT_MODEL", f"{server.url}#a,mock")
        server.replies = [gives(500)]

        assert service.generate_pre_meeting_prep_with_retry("meeting_1", max_retries=100).engine == "mock"

    def test_attempts_do_not_multiply(self, server: ModelServer, ask: Callable[..., Mood]) -> None:
        server.replies = [gives(500)]
        client = providers.connect([f"{server.url}#a", f"{server.url}#b"])

        with pytest.raises(LLMAPIError) as error:
            ask(client, policy=RetryPolicy(attempts=2, wait_initial=0))

        assert len(server.asked) == 4
        assert len(error.value.causes) == 2


class TestStreams:
    def test_a_text_is_heard_piece_by_piece(self, server: ModelServer) -> None:
        client = connected(server, streams("One, ", "two."))
        heard: list[str] = []
        threads: set[int] = set()

        def hear(piece: str) -> None:
            heard.append(piece)
            threads.add(threading.get_ident())

        assert generate_text(client, "Count", on_text=hear) == "One, two."
        assert asyncio.run(generate_text_async(client, "Count", on_text=hear)) == "One, two."
        assert heard == ["One, ", "two."] * 2
        assert threads == {threading.get_ident()}
        assert server.asked[0]["stream"] is True

    def test_what_breaks_off_after_its_beginning_is_not_begun_again(self, server: ModelServer) -> None:
        heard: list[str] = []
        client = connected(server, streams("One, ", whole=False), streams("Eins, ", "zwei."))

        with pytest.raises(LLMAPIError) as error:
            generate_text(client, "Count", on_text=heard.append, policy=RetryPolicy(attempts=3, wait_initial=0))

        assert isinstance(error.value.causes[0], LLMUnavailableError)
        assert heard == ["One, "]
        assert len(server.asked) == 1

    def test_what_fails_before_it_begins_is_tried_again(self, server: ModelServer) -> None:
        heard: list[str] = []
        client = connected(server, gives(500), streams("One, ", "two."))

        generate_text(client, "Count", on_text=heard.append, policy=RetryPolicy(wait_initial=0))

        assert heard == ["One, ", "two."]

    def test_a_stream_can_be_left_early(self, server: ModelServer) -> None:
        async def first(client: LLMClient) -> str:
            stream = stream_text_async(client, "Count")
            try:
                return await anext(stream)
            finally:
                assert inspect.isasyncgen(stream)
                await stream.aclose()

        assert asyncio.run(first(connected(server, streams("One, ", "two.")))) == "One, "

    def test_a_listener_that_fails_ends_the_call(self, server: ModelServer) -> None:
        def hear(piece: str) -> None:
            raise KeyError(piece)

        with pytest.raises(KeyError):
            generate_text(connected(server, streams("One")), "Count", on_text=hear, policy=RetryPolicy())


class TestNames:
    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("gpt", "unknown model 'gpt'; known: 'mock', 'openai:…'"),
            ("acme:large", "unknown model 'acme:large'; known: 'mock', 'openai:…', 'anthropic:…', 'google:…', 'xai:…'"),
            ("openai:", "unknown model"),
            ("", "unknown model"),
            ("mock,", "unknown model"),
            ("ftp://example.com/v1", "unknown model"),
            ("http://", "a URL such as"),
            ("http://[::1", "a URL such as"),
            ("http://host:port/v1", "a URL such as"),
            ("http://me:hunter2@example.com/v1#m", "without user and password"),
            ("http://127.0.0.1/v1?json=xml#m", "the only option of the URL is ?json=schema|object|prompt"),
            ("http://127.0.0.1/v1?key=abc#m", "?json="),
            ("xai:grok-4", "set its API key in XAI_API_KEY"),
            ("google:gemini-3", "set its API key in GEMINI_API_KEY or GOOGLE_API_KEY"),
            ("openai:gpt-5", "set its API key in OPENAI_API_KEY"),
            ("anthropic:claude", "set its API key in ANTHROPIC_API_KEY"),
        ],
    )
    def test_what_stands_for_nothing_is_refused_in_one_line(
        self, name: str, problem: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for variable in (variable for provider in names.PROVIDERS.values() for variable in provider.variables):
            monkeypatch.delenv(variable, raising=False)

        with pytest.raises(InvalidRequestError) as error:
            providers.connect(name)

        assert problem in str(error.value)
        assert "hunter2" not in str(error.value)

    @pytest.mark.parametrize("kind", names.PROVIDERS)
    def test_each_provider_connects_with_its_key_and_shows_it_nowhere(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(names.PROVIDERS[kind].variables[0], SECRET)

        client = providers.connect(f"{kind}:some-model")

        assert engine_name(client) == f"{kind}:some-model"
        assert SECRET not in f"{client!r} {client}"

    def test_no_provider_gets_another_ones_key(self, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
        server.replies = [says("x")]

        providers.connect(f"{server.url}#small").generate("x")
        connected(server, says("x")).generate("x")

        assert server.keys == ["Bearer api-key-not-set", f"Bearer {SECRET}"]

    def test_one_process_has_one_client_for_a_name(self, server: ModelServer) -> None:
        name = f"{server.url}#small"

        assert providers.connect(name) is providers.connect([name])
        assert providers.connect(name) is not providers.connect(name, limits=Limits(concurrency=1))

    def test_the_settings_reach_the_model(self, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {
            "MODEL": f"{server.url}#small",
            "MODEL_KEY": SECRET,
            "MODEL_TIMEOUT": "5",
            "MODEL_CONCURRENCY": "1",
            "MODEL_BUDGET_TOKENS": "10",
        }.items():
            monkeypatch.setenv(f"MEETKIT_{name}", value)
        server.replies = [says(GOOD)]
        client = current_llm()
        assert client is not None

        complete(client, "x", Mood)

        assert server.keys == [f"Bearer {SECRET}"]
        with pytest.raises(LLMRejectedError, match="budget of 10 tokens"):
            complete(client, "x", Mood)

    def test_requests_and_responses_do_not_show_what_was_said(self) -> None:
        assert "PRIVATE" not in repr(LLMRequest("PRIVATE", "PRIVATE", {"PRIVATE": 1}))
