"""Analyses take fair turns: by tenant, by account, small before large, within bounds of number and of time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit import data
from meetkit.errors import ThrottledError
from meetkit.insights.offline import background
from meetkit.insights.transcript import read_transcript
from meetkit.meetings.admission import Admission
from meetkit.meetings.fair_queue import FairQueue, Owner
from meetkit.meetings.workers import LONG, Workers
from meetkit.models.analysis import MeetingContext
from meetkit.models.caller import Caller
from tests.test_workers import processes, until
from tests.web_apps import refusal, service, signed_in

ANY = float("inf")
LINE = "Sarah Chen: I will send report {} by Friday.\n"
ANN, BEN, CLEO = Owner("east", "ann"), Owner("east", "ben"), Owner("west", "cleo")


@dataclass(frozen=True, eq=False)
class Text:
    owner: Owner
    size: int
    came_at: float = 0.0
    is_cancelled: bool = False


def order(*entries: Text) -> list[Text]:
    """The order in which they leave a queue that they entered in theirs."""
    queue = FairQueue[Text]()
    for entry in entries:
        queue.add(entry)
    return taken(queue)


def taken(queue: FairQueue[Text]) -> list[Text]:
    entries = []
    while entry := queue.take(ANY):
        entries.append(entry)
    return entries


def owners(entries: Iterable[Text]) -> list[str]:
    return [entry.owner.account_id for entry in entries]


def test_a_tenant_that_has_many_waits_for_one_that_has_one() -> None:
    assert owners(order(*[Text(ANN, 700_000)] * 3, Text(CLEO, 700_000))) == ["ann", "cleo", "ann", "ann"]


def test_accounts_of_a_tenant_take_turns_and_have_no_more_together_than_another_tenant() -> None:
    entries = [Text(owner, 100) for owner in (ANN, ANN, BEN, BEN, CLEO, CLEO, CLEO, CLEO)]
    assert owners(order(*entries)) == ["ann", "cleo", "ben", "cleo", "ann", "cleo", "ben", "cleo"]


def test_turns_count_characters_so_that_one_large_text_is_as_many_small_ones() -> None:
    assert owners(order(*[Text(ANN, 1000)] * 2, *[Text(CLEO, 250)] * 6)) == [
        "cleo",
        "ann",
        *["cleo"] * 4,
        "ann",
        "cleo",
    ]


def test_of_one_account_small_texts_go_first() -> None:
    sizes = [entry.size for entry in order(Text(ANN, 700_000), Text(ANN, 5_000), Text(ANN, 90_000))]
    assert sizes == [5_000, 90_000, 700_000]


def test_a_large_text_is_not_overtaken_for_ever() -> None:
    queue = FairQueue[Text]()
    queue.add(Text(ANN, 700_000, came_at=0))
    for second in range(100):
        queue.add(Text(ANN, 5_000, came_at=float(second)))
        entry = queue.take(ANY)
        assert entry
        if entry.size == 700_000:
            assert 30 < second < 40
            return
    pytest.fail("it never had its turn")


def test_whoever_was_away_has_saved_no_turns() -> None:
    queue = FairQueue[Text]()
    for _ in range(20):
        queue.add(Text(ANN, 100))
    for _ in range(10):
        queue.take(ANY)
    for _ in range(4):
        queue.add(Text(CLEO, 100))
    assert owners(taken(queue))[:8].count("ann") in (4, 5)


def test_a_text_that_is_too_large_is_passed_over_and_one_that_nobody_waits_for_left_out() -> None:
    queue = FairQueue[Text]()
    for entry in (Text(ANN, 10, is_cancelled=True), large := Text(ANN, 700), small := Text(ANN, 70)):
        queue.add(entry)
    assert queue.take(100) is small
    assert queue.take(100) is None
    assert queue.take(ANY) is large
    assert queue.take(ANY) is None


@given(st.lists(st.tuples(st.sampled_from([ANN, BEN, CLEO]), st.integers(1, 10**6)), max_size=40))
def test_every_text_leaves_once_and_while_two_tenants_wait_neither_is_ahead_by_more_than_one_text(
    entries: list[tuple[Owner, int]],
) -> None:
    texts = [Text(*entry) for entry in entries]
    left = order(*texts)
    largest = max((text.size for text in texts), default=0)
    waiting = {tenant: sum(text.owner.tenant_id == tenant for text in texts) for tenant in ("east", "west")}
    had = dict.fromkeys(waiting, 0)
    for text in left:
        tenant_id = text.owner.tenant_id
        if all(waiting.values()):
            had[tenant_id] += text.size
            assert abs(had["east"] - had["west"]) <= largest
        waiting[tenant_id] -= 1
    assert sorted(map(id, left)) == sorted(map(id, texts))


def caller(owner: Owner) -> Caller:
    return Caller(account_id=owner.account_id, user_id="user_1", tenant_id=owner.tenant_id, access="member")


def test_in_the_processes_another_tenant_and_a_small_text_precede_what_came_before() -> None:
    small, large = (read_transcript("".join(map(LINE.format, range(count)))) for count in (200, 400))
    assert len(small.text) > LONG
    done: list[str] = []

    async def analyze(name: str, owner: Owner, transcript: Any) -> None:
        with workers.turn(caller(owner)):
            await background.find_sections(transcript, MeetingContext(), ["statistics"])
        done.append(name)

    async def all_of_them() -> None:
        first = asyncio.create_task(analyze("first", ANN, large))
        at_work = (await asyncio.to_thread(until, processes))[0]
        at_work.suspend()
        waiting = [("second", ANN, large), ("third", ANN, large), ("small", ANN, small), ("other", CLEO, large)]
        tasks = [asyncio.create_task(analyze(*each)) for each in waiting]
        await asyncio.sleep(0.1)
        at_work.resume()
        await asyncio.gather(first, *tasks)

    with closing(Workers(1)) as workers:
        asyncio.run(all_of_them())
    assert done == ["first", "other", "small", "second", "third"]


def test_a_small_text_does_not_wait_for_a_large_one_at_work() -> None:
    small, large = (read_transcript("".join(map(LINE.format, range(count)))) for count in (200, 2_000))
    with closing(Workers(2)) as workers, ThreadPoolExecutor() as pool:

        def find(transcript: Any) -> Any:
            return asyncio.run(workers(transcript, MeetingContext(), ["statistics"]))

        slow = pool.submit(find, large)
        # The small one's process is started too, ahead of it.
        at_work = until(lambda: processes() if len(processes()) == 2 else [])
        by_priority = sorted(at_work, key=lambda process: process.nice())
        wide = by_priority[-1]
        wide.suspend()
        assert find(small)
        assert not slow.done()
        wide.resume()
        assert slow.result(60)


def test_an_account_has_so_many_at_once_its_tenant_and_the_process_a_multiple() -> None:
    admission = Admission(2)
    with ExitStack() as stack:
        for number in range(4):
            for _ in range(2):
                stack.enter_context(admission.admit(Owner("east", str(number))))
        for owner, words in ((Owner("east", "0"), "2 analyses of your account"), (BEN, "8 analyses of your tenant")):
            with pytest.raises(ThrottledError, match=words) as refused, admission.admit(owner):
                pass
            assert refused.value.retry_after > 0
        for number in range(32):
            stack.enter_context(admission.admit(Owner(f"tenant {number // 8}", str(number // 2))))
        with pytest.raises(ThrottledError, match="40 analyses on this server"), admission.admit(CLEO):
            pass
    with admission.admit(BEN), admission.admit(BEN):
        pass


def test_an_hours_time_comes_back_evenly_and_counts_for_the_tenant_too() -> None:
    now = [0.0]
    admission = Admission(2, 1, clock=lambda: now[0])
    admission.use(ANN, 59.0)
    with admission.admit(ANN):
        admission.use(ANN, 31.0)
    with pytest.raises(ThrottledError, match=r"your account has used its 1 min .* try again in 30 min") as refused:
        admission.admit(ANN).__enter__()
    assert refused.value.retry_after == pytest.approx(1800)
    with admission.admit(BEN), admission.admit(CLEO):
        pass
    now[0] = 1801.0
    with admission.admit(ANN):
        pass
    for number in range(10):
        admission.use(Owner("east", str(number)), 61.0)
    with pytest.raises(ThrottledError, match="your tenant has used its 10 min"):
        admission.admit(BEN).__enter__()
    with admission.admit(CLEO):
        pass


class Recording(Admission):
    """Tells what was used."""

    def use(self, owner: Owner, seconds: float) -> None:
        used.append((owner, seconds))


used: list[tuple[Owner, float]] = []


@pytest.mark.parametrize("count", [1, 300])
def test_the_time_of_short_and_long_texts_is_counted_for_whoever_had_it(count: int) -> None:
    used.clear()
    transcript = read_transcript(LINE.format(1) * count)

    async def analyze() -> None:
        with workers.turn(caller(ANN)):
            await background.find_sections(transcript, MeetingContext(), ["statistics"])

    with closing(Workers(1, admission=Recording())) as workers:
        asyncio.run(analyze())
    ((owner, seconds),) = used
    assert owner == ANN
    assert 0 < seconds < 30


def test_over_its_bounds_the_service_replies_429_and_says_when_to_come_back() -> None:
    app = service(data.sample_store(), analyses_at_once=1)
    with signed_in(app) as client, ThreadPoolExecutor() as pool:
        created = client.post("/meetings", json={"title": "Review", "date": "2027-05-01T09:00:00Z"})
        path = f"/meetings/{created.json()['id']}/analyze"
        slow = pool.submit(client.post, path, json={"transcript": LINE.format(1) * 300})
        at_work = until(processes)[0]
        at_work.suspend()
        answer = client.post(path, json={"transcript": LINE.format(1)})
        at_work.resume()
        assert refusal(answer)[0] == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert slow.result(60).status_code == 200
        assert client.post(path, json={"transcript": LINE.format(1)}).status_code == 200
