"""By Flask and by FastAPI, the same request to the same store is answered the same."""

from __future__ import annotations

import functools
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import flask
import pytest
from fastapi.testclient import TestClient

from meetkit import data, meeting_service
from meetkit.errors import LLMUnavailableError, UnauthenticatedError
from meetkit.meetings.routes.flask import ROUTES
from meetkit.models.caller import Caller
from meetkit.settings import Settings
from meetkit.storage import MemoryStore, Store
from meetkit.web import middleware
from meetkit.web.context import Credentials, RequestContext
from meetkit.web.flask import blueprint, render_problems
from meetkit.web.monitoring.metrics import Metrics
from tests.web_apps import app_of

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=cut"}
MIB = 1024 * 1024
COMPARED = (
    "Content-Type",
    "ETag",
    "Location",
    "Link",
    "Retry-After",
    "Allow",
    "Cache-Control",
    "X-Content-Type-Options",
)
Model = Literal["offline", "failing", "useless"]


class Ask(NamedTuple):
    """A request."""

    method: str
    path: str
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed

    @property
    def sent(self) -> tuple[bytes, dict[str, str]]:
        """Its body and headers."""
        if self.json is not None:
            return json.dumps(self.json).encode(), {**JSON, **self.headers}
        return self.content or b"", self.headers


@dataclass(frozen=True)
class Case:
    """What is asked, how it is answered, and what was asked before."""

    ask: Ask
    status: int
    says: str = ""
    before: tuple[Ask, ...] = ()
    model: Model = "offline"


@dataclass
class Answer:
    """An answer, without what differs from one time to the next."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class FailingModel:
    """Never reached."""

    name = "failing"

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        raise LLMUnavailableError("down", retry_after=7)


class UselessModel:
    """Answers what nobody can use."""

    name = "useless"

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        return "Sure! Here it is:"


MODELS = {"offline": None, "failing": FailingModel(), "useless": UselessModel()}


class Replaceable:
    """The store that was put here last: an app is made once, a store for each case. `reads` are of transcripts."""

    def __init__(self) -> None:
        self.store: Store = MemoryStore()
        self.reads: list[str] = []
        for name in vars(Store):
            if not name.startswith("_"):
                setattr(self, name, functools.partial(self._call, name))

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self.store, name)(*args, **kwargs)


@functools.cache
def by_fastapi(model: Model) -> tuple[Replaceable, TestClient]:
    store = Replaceable()
    app = app_of(store, llm=MODELS[model], reads=store.reads)  # type: ignore[arg-type]
    around = app
    for layer in reversed(middleware.layers(Settings(max_body_mb=2), Metrics())):
        around = layer.cls(around, *layer.args, **layer.kwargs)  # type: ignore[assignment]
    return store, TestClient(around, raise_server_exceptions=False)


@functools.cache
def by_flask(model: Model) -> tuple[Replaceable, flask.Flask]:
    store, app = Replaceable(), flask.Flask("host")

    def note(_: RequestContext, event: str, subject: str) -> None:
        if event == "transcript_read":
            store.reads.append(subject)

    app.register_blueprint(blueprint(store=store, llm=MODELS[model], on_audit_event=note, identify=None, max_body_mb=2))  # type: ignore[arg-type]
    render_problems(app)
    return store, app


def answers_of_fastapi(case: Case, store: Store) -> Iterator[Answer]:
    place, client = by_fastapi(case.model)
    place.store = store
    for ask in (*case.before, case.ask):
        content, headers = ask.sent
        answer = client.request(ask.method, f"/api/v1{ask.path}", content=content, headers=headers)
        yield masked(answer.status_code, answer.text, answer.headers)


def answers_of_flask(case: Case, store: Store) -> Iterator[Answer]:
    place, app = by_flask(case.model)
    place.store = store
    for ask in (*case.before, case.ask):
        content, headers = ask.sent
        answer = app.test_client().open(f"/api/v1{ask.path}", method=ask.method, data=content, headers=headers)
        yield masked(answer.status_code, answer.text, answer.headers)


def masked(status: int, body: str, headers: Any) -> Answer:
    def mask(text: str) -> str:
        text = re.sub(r"(meeting|user|contact)_[0-9a-f]{32}", r"\1_new", text)
        return re.sub(r'"(created_at|updated_at|generated_at|done_at)":"[^"]+"', r'"\1":"now"', text)

    return Answer(status, mask(body), {name: mask(headers[name]) for name in COMPARED if name in headers})


CALL = {"user_id": "user_1", "contact_id": "contact_1", "title": "Call", "date": "2026-03-02T10:00"}
DAY = {"user_ids": ["user_1", "user_2"], "date": "2025-11-21", "duration_minutes": 30}
WINDOW = {
    "user_ids": ["user_1"],
    "from": "2026-03-02T08:00:00Z",
    "to": "2026-03-03T18:00:00Z",
    "duration_minutes": 45,
}
HOSTS = {name: value for name, value in WINDOW.items() if name != "user_ids"} | {"hosts": ["user_1", "user_2"]}
PERSON = {"name": "Kim", "email": "kim@example.com", "role": "Buyer"}
SAID = {"transcript": "Sarah Chen: I'll send the report by Friday. 💥\nJennifer Liu: What does it cost?"}
SHA256 = sha256(SAID["transcript"].encode()).hexdigest()
FILE = (
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="call.txt"\r\n\r\n'
    b"Sarah Chen: I'll send the report by Friday.\r\n--cut--\r\n"
)
TEXT = FILE.replace(b"file", b"transcript", 1).replace(b'; filename="call.txt"', b"")
FIELD = b'--cut\r\nContent-Disposition: form-data; name="zone"\r\n\r\n1\r\n'
M, H = "/meetings/meeting_1", "/meetings/hist_meeting_1"
ANALYZE = Ask("POST", f"{H}/analyze")


def post(path: str, content: bytes, kind: str | None = "application/json", **headers: str) -> Ask:
    return Ask("POST", path, content=content, headers=({"Content-Type": kind} if kind else {}) | headers)


def both(first: bytes, second: bytes) -> bytes:
    """Two parts in a form."""
    return first.replace(b"--cut--", b"--cut") + second.removeprefix(b"--cut\r\n")


def keyed(key: str, **more: Any) -> Ask:
    return Ask("POST", "/meetings", {**CALL, **more}, headers={"Idempotency-Key": key})


WELL = {
    "a meeting is created": Case(Ask("POST", "/meetings", CALL), 201),
    "a meeting is created once": Case(keyed("one"), 201, before=(keyed("one"),)),
    "a meeting is read": Case(Ask("GET", M), 200),
    "a meeting is read with its transcript": Case(Ask("GET", f"{H}?include=transcript"), 200, '"transcript":"'),
    "a version that is known is not sent": Case(Ask("GET", M, headers={"If-None-Match": '"1"'}), 304),
    "meetings are listed": Case(Ask("GET", "/meetings?user_id=user_1&limit=2"), 200, '"next":"'),
    "meetings of several": Case(Ask("GET", "/meetings?user_id=user_1&user_id=user_2&status=completed"), 200),
    "the second page": Case(Ask("GET", "/meetings?user_id=user_1&limit=2&page=2&kind=external"), 200),
    "the page after": Case(Ask("GET", "/meetings?user_id=user_1&limit=2&after=hist_meeting_1"), 200),
    "meetings of a time": Case(Ask("GET", "/meetings?user_id=user_1&from=2025-10-01&to=2025-11-01"), 200),
    "what takes several is sent as often": Case(Ask("GET", "/meetings?user_id=user_1&user_id=user_2"), 200),
    "a meeting is changed": Case(Ask("PATCH", M, {"title": "Now"}, headers={"If-Match": '"1"'}), 200, '"Now"'),
    "a field is cleared": Case(Ask("PATCH", H, {"summary": None}), 200, '"summary":null'),
    "a meeting is deleted": Case(Ask("DELETE", M), 204),
    "a meeting is booked": Case(Ask("POST", "/meetings/book", CALL), 201, '"exclusive":true'),
    "the first free time is booked": Case(Ask("POST", "/meetings/book-first-free", WINDOW), 201),
    "a meeting is moved": Case(Ask("POST", f"{M}/reschedule", {"date": "2026-05-04T09:00"}), 200),
    "a meeting is cancelled": Case(Ask("POST", f"{M}/cancel"), 200, '"cancelled"'),
    "a meeting is completed": Case(Ask("POST", f"{M}/complete"), 200, '"completed"'),
    "a meeting is reopened": Case(
        Ask("POST", f"{M}/reopen"), 200, '"scheduled"', before=(Ask("POST", f"{M}/complete"),)
    ),
    "an attendee responds": Case(
        Ask("POST", f"{M}/respond", {"response": "declined", "user_id": "user_2"}), 200, '"user_2":"declined"'
    ),
    "a seat is booked": Case(
        Ask("POST", "/meetings/book-seat", {**CALL, "title": "Class", "contact_id": "contact_1", "seats": 3}), 201
    ),
    "a seat is taken": Case(
        Ask("POST", f"{M}/join", {"contact_id": "contact_2"}),
        200,
        "contact_2",
        before=(Ask("PATCH", M, {"seats": 5, "date": "2999-03-02T10:00"}),),
    ),
    "a seat is given up": Case(
        Ask("POST", f"{M}/leave", {"contact_id": "contact_2"}),
        200,
        before=(
            Ask("PATCH", M, {"seats": 5, "date": "2999-03-02T10:00"}),
            Ask("POST", f"{M}/join", {"contact_id": "contact_2"}),
        ),
    ),
    "the host whose turn it is is booked": Case(Ask("POST", "/meetings/book-round-robin", HOSTS), 201),
    "times of hosts are found": Case(Ask("POST", "/availability/hosts", HOSTS), 200),
    "a brief is written": Case(Ask("POST", f"{M}/prepare?history_limit=2"), 200, "talking_points"),
    "a brief is read": Case(Ask("GET", f"{M}/prep"), 200, before=(Ask("POST", f"{M}/prepare"),)),
    "a brief without the model": Case(Ask("POST", f"{M}/prepare?fallback=offline"), 200, model="failing"),
    "its own transcript is analysed": Case(ANALYZE, 200, '"status":"ok"'),
    "a text is analysed": Case(Ask("POST", f"{M}/analyze", SAID), 200),
    "a file is analysed": Case(post(f"{M}/analyze", FILE, FORM["Content-Type"]), 200, "report"),
    "sections that failed are told": Case(ANALYZE, 200, '"status":"fallback"', model="failing"),
    "sections that stay empty are told": Case(
        Ask("POST", f"{H}/analyze?fallback=none"), 200, '"status":"failed"', model="useless"
    ),
    "insights are read": Case(Ask("GET", f"{H}/insights"), 200, before=(ANALYZE,)),
    "insights in UTF-16": Case(
        Ask("GET", f"{M}/insights?offsets=utf16"), 200, before=(Ask("POST", f"{M}/analyze", SAID),)
    ),
    "insights are read as Markdown": Case(
        Ask("GET", f"{H}/insights.md?dialect=obsidian&template=sales&why=true"), 200, "## Promised", before=(ANALYZE,)
    ),
    "notes are a second source": Case(
        Ask("POST", f"{M}/analyze", {**SAID, "notes": "TODO Ida: water the plants 📈"}), 200, '"source":"notes"'
    ),
    "offsets into notes in UTF-16": Case(
        Ask("GET", f"{M}/insights?offsets=utf16"),
        200,
        '"source":"notes"',
        before=(Ask("POST", f"{M}/analyze", {**SAID, "notes": "📈\nTODO Ida: water the plants"}),),
    ),
    "a speaker is renamed": Case(
        Ask("POST", f"{M}/speakers", {"names": {"Jennifer Liu": "Jen Liu"}}),
        200,
        "Jen Liu",
        before=(Ask("POST", f"{M}/analyze", SAID),),
    ),
    "a recording is joined": Case(
        Ask("POST", f"{M}/recordings", {"transcript": "Lea Berg: I will call the bank."}),
        200,
        "Lea Berg",
        before=(Ask("POST", f"{M}/analyze", SAID),),
    ),
    "an item is added to insights": Case(
        Ask("POST", f"{M}/corrections", {"transcript_sha256": SHA256, "items": [{"after": {"task": "Ask Ida"}}]}),
        200,
        "Ask Ida",
        before=(Ask("POST", f"{M}/analyze", SAID),),
    ),
    "a transcript is read": Case(Ask("GET", f"{H}/transcript?offsets=utf16"), 200, '"turns"'),
    "users are listed": Case(Ask("GET", "/users?text=CHEN"), 200, "Sarah Chen"),
    "a user is read": Case(Ask("GET", "/users/user_1"), 200),
    "a user is created": Case(Ask("POST", "/users", PERSON), 201),
    "a user is changed": Case(Ask("PATCH", "/users/user_1", {"role": "Boss"}), 200, "Boss"),
    "a user is erased": Case(Ask("DELETE", "/users/user_1"), 204),
    "contacts are listed": Case(Ask("GET", "/contacts?limit=2&page=2"), 200),
    "a contact is read": Case(Ask("GET", "/contacts/contact_1"), 200),
    "a contact is created": Case(Ask("POST", "/contacts", {**PERSON, "company": "Client"}), 201),
    "a contact is changed": Case(Ask("PATCH", "/contacts/contact_1", {"timezone": None}), 200),
    "a contact is erased": Case(Ask("DELETE", "/contacts/contact_1"), 204),
    "a contact's history": Case(Ask("GET", "/contacts/contact_1/history?limit=2"), 200, '"next":"'),
    "action items are listed": Case(Ask("GET", "/action-items?user_id=user_1&limit=1"), 200, '"items":[{'),
    "an action item is completed": Case(
        Ask("POST", "/action-items/hist_meeting_8/item_d74a4d5bb5b7/complete"), 200, '"done"'
    ),
    "a day is searched": Case(Ask("POST", "/availability", DAY), 200, '"slots":[{'),
    "a window is searched": Case(Ask("POST", "/availability", {**WINDOW, "step_minutes": 30}), 200, '"slots":[{'),
    "a start is explained": Case(
        Ask(
            "POST",
            "/availability/explain",
            {"user_ids": ["user_1"], "start": "2025-11-22T03:00", "duration_minutes": 30},
        ),
        200,
        "outside_hours",
    ),
}

WRONG = {
    "a body without what it needs": Case(Ask("POST", "/meetings", {"title": "Call"}), 400, "date: Field required"),
    "a meeting of nobody": Case(
        Ask("POST", "/meetings", {**CALL, "user_id": None}), 400, "user_id: required when the request is not"
    ),
    "a booking of nobody": Case(
        Ask("POST", "/meetings/book", {**CALL, "user_id": None}), 400, "user_id: required when the request is not"
    ),
    "the first free time of nobody": Case(
        Ask("POST", "/meetings/book-first-free", {**WINDOW, "user_ids": None}),
        400,
        "user_ids: required when the request is not",
    ),
    "an unknown field": Case(Ask("POST", "/meetings", {**CALL, "titel": "x"}), 400, "did you mean 'title'?"),
    "no date": Case(Ask("POST", "/meetings", {**CALL, "date": "soon"}), 400, "date"),
    "a blank title": Case(Ask("POST", "/meetings", {**CALL, "title": " "}), 400, "must not be blank"),
    "a key that is none": Case(keyed("two\twords"), 400, "idempotency-key"),
    "an empty key and an empty body": Case(
        Ask("POST", "/meetings", {}, headers={"Idempotency-Key": ""}), 400, "idempotency-key"
    ),
    "the team of nobody": Case(Ask("GET", "/meetings?of=team"), 400, "of=team requires an authenticated caller"),
    "a team and somebody": Case(Ask("GET", "/meetings?of=team&user_id=user_1"), 400, "exclude each other"),
    "nobody is named": Case(Ask("GET", "/meetings"), 400, "user_id"),
    "an unknown query": Case(Ask("GET", "/meetings?user=user_1"), 400, "did you mean 'user_id'?"),
    "a limit that is no number": Case(Ask("GET", "/meetings?user_id=user_1&limit=all"), 400, "limit"),
    "a limit too high": Case(Ask("GET", "/users?limit=201"), 400, "limit"),
    "an empty limit": Case(Ask("GET", "/users?limit="), 400, "limit"),
    "a cursor that is none": Case(Ask("GET", "/meetings?user_id=user_1&after=x"), 400, "start again from the first"),
    "something else included": Case(Ask("GET", f"{M}?include=all"), 400, "include: Input should be 'transcript'"),
    "no attempt": Case(Ask("POST", f"{M}/prepare?max_retries=0"), 400, "max_retries"),
    "a fallback that is none": Case(Ask("POST", f"{H}/analyze?fallback=x"), 400, "fallback"),
    "an unknown word beside a meeting": Case(Ask("GET", f"{M}?inclde=transcript"), 400, "did you mean 'include'?"),
    "an unknown word beside a brief": Case(Ask("POST", f"{M}/prepare?retries=1"), 400, "unknown field 'retries'"),
    "an unknown word beside an analysis": Case(Ask("POST", f"{H}/analyze?engine=x"), 400, "unknown field 'engine'"),
    "an unknown word beside insights": Case(Ask("GET", f"{H}/insights?offset=utf16"), 400, "did you mean 'offsets'?"),
    "offsets in bytes": Case(Ask("GET", f"{H}/transcript?offsets=bytes"), 400, "offsets"),
    "what is completed is not cancelled": Case(Ask("POST", f"{H}/cancel"), 409, "completed"),
    "nothing to analyse": Case(Ask("POST", f"{M}/analyze"), 409, "transcript"),
    "a field that cannot be cleared": Case(Ask("PATCH", M, {"title": None}), 400, "title cannot be empty"),
    "a field that cannot be changed": Case(Ask("PATCH", M, {"version": 2}), 400, "version cannot be changed"),
    "neither a day nor a window": Case(Ask("POST", "/availability", {"user_ids": []}), 400, "day.user_ids"),
    "no such meeting": Case(Ask("GET", "/meetings/x"), 404, "no meeting with id 'x'"),
    "no such user": Case(Ask("POST", "/meetings", {**CALL, "user_id": "x"}), 404, "no user with id 'x'"),
    "no such contact": Case(Ask("GET", "/contacts/x/history"), 404, "no contact with id 'x'"),
    "no such item": Case(Ask("POST", "/action-items/hist_meeting_1/x/complete"), 404),
    "no brief yet": Case(Ask("GET", f"{M}/prep"), 404, "brief"),
    "an unknown template": Case(Ask("GET", f"{H}/insights.md?template=x"), 400, "template"),
    "no speaker to rename": Case(Ask("POST", f"{H}/speakers", {"names": {"X": "Y"}}), 400, "is no speaker"),
    "no names": Case(Ask("POST", f"{H}/speakers", {"names": {}}), 400, "names"),
    "no transcript to join": Case(Ask("POST", f"{M}/recordings", {"transcript": "A: x"}), 409, "no transcript yet"),
    "an empty recording": Case(Ask("POST", f"{H}/recordings", {"transcript": " "}), 400, "empty"),
    "corrections of another transcript": Case(
        Ask("POST", f"{M}/corrections", {"transcript_sha256": "0" * 64}),
        409,
        "another transcript",
        before=(Ask("POST", f"{M}/analyze", SAID),),
    ),
    "no analysis to correct": Case(Ask("POST", f"{M}/corrections", {"transcript_sha256": "0" * 64}), 404, "analysis"),
    "no analysis yet": Case(Ask("GET", f"{M}/insights"), 404, "analysis"),
    "no transcript yet": Case(Ask("GET", f"{M}/transcript"), 404, "transcript"),
    "nothing at this path": Case(Ask("GET", "/meeting"), 404, "nothing at this path"),
    "a slash too many": Case(Ask("GET", "/meetings/"), 404, "nothing at this path"),
    "two slashes": Case(Ask("GET", "/users//user_1"), 404, "nothing at this path"),
    "another method": Case(Ask("PUT", M, {}), 405, "allows GET, HEAD, PATCH, DELETE"),
    "the options of a word that is no id": Case(Ask("OPTIONS", "/meetings/book"), 405, "allows POST"),
    "a word that is no id": Case(Ask("GET", "/meetings/book"), 405, "allows POST"),
    "a key used for something else": Case(keyed("one", title="Other"), 409, "another request", before=(keyed("one"),)),
    "busy time": Case(
        Ask("POST", "/meetings/book", CALL), 409, '"busy":[{', before=(Ask("POST", "/meetings/book", CALL),)
    ),
    "an expected version that moved on": Case(Ask("PATCH", M, {"title": "x", "expected_version": 9}), 409),
    "a version that moved on": Case(Ask("PATCH", M, {"title": "x"}, headers={"If-Match": '"9"'}), 412),
    "a deletion too late": Case(Ask("DELETE", M, headers={"If-Match": '"9"'}), 412),
    "a body too large": Case(post("/meetings", b" " * (MIB + 1)), 413, "the request body exceeds 1 MiB"),
    "a file too large": Case(
        post(f"{M}/analyze", b"-" * (2 * MIB + 1), FORM["Content-Type"]), 413, "the request body exceeds 2 MiB"
    ),
    "an answer of no use": Case(Ask("POST", f"{M}/prepare?max_retries=1"), 500, model="useless"),
    "a model that fails": Case(Ask("POST", f"{M}/prepare"), 503, "attempt", model="failing"),
}

HOSTILE = {
    "no body": Case(Ask("POST", "/meetings"), 400, "Content-Type: application/json"),
    "an empty body": Case(post("/meetings", b""), 400, "Field required"),
    "not JSON": Case(post("/meetings", b"{"), 400, "the body is not JSON"),
    "another type": Case(post("/meetings", b"{}", "text/plain"), 400, "Content-Type: application/json"),
    "no type": Case(post("/meetings", b"{}", None), 400, "Content-Type: application/json"),
    "another type for one of two kinds": Case(post("/availability", b"{}", "text/plain"), 400, "Content-Type"),
    "JSON of its own type": Case(post("/meetings", json.dumps(CALL).encode(), "application/x+json"), 201),
    "a list": Case(post("/meetings", b"[]"), 400),
    "a number": Case(post("/meetings", b"1e999"), 400),
    "null": Case(post("/meetings", b"null"), 400),
    "not a number": Case(post("/availability", b'{"user_ids": ["user_1"], "duration_minutes": NaN}'), 400),
    "not UTF-8": Case(post("/meetings", b'{"title": "\xff"}'), 400, "not in UTF-8"),
    "half a surrogate pair": Case(Ask("POST", "/meetings", {**CALL, "title": "\ud800"}), 400, "surrogate"),
    "half a surrogate pair in a name": Case(Ask("POST", "/meetings", {**CALL, "\ud800": 1}), 400, "unknown field"),
    "a NUL": Case(Ask("POST", "/meetings", {**CALL, "title": "a\x00b"}), 400, "NUL"),
    "a name twice": Case(post("/meetings", b'{"title": "a", "title": "b"}'), 400, "'title' twice in one object"),
    "a name twice, written differently": Case(
        post("/meetings", b'{"title": "a", "t\\u0069tle": "b"}'), 400, "'title' twice in one object"
    ),
    "a name twice within": Case(post(f"{M}/analyze", b'{"trackers": {"a": ["x"], "a": ["y"]}}'), 400, "'a' twice"),
    "a name twice, in a change": Case(
        Ask("PATCH", M, content=b'{"title": "a", "title": "b"}', headers=JSON), 400, "'title' twice"
    ),
    "another byte order": Case(post("/meetings", json.dumps(CALL).encode("utf-16")), 201),
    "a byte order mark": Case(post("/meetings", b"\xef\xbb\xbf" + json.dumps(CALL).encode()), 201),
    "an address in an encoded word": Case(
        Ask("POST", "/users", {"name": "Eve", "role": "x", "email": "=?utf-8?q?eve?=@example.com"}), 400, "encoded word"
    ),
    "an address in quotes": Case(
        Ask("POST", "/contacts", {"name": "Eve", "role": "x", "company": "x", "email": '"eve"@example.com'}),
        400,
        "quotes",
    ),
    "an address with an invisible character": Case(
        Ask("PATCH", "/users/user_1", {"email": "eve\u200b@example.com"}), 400, "invisible"
    ),
    "brackets without end": Case(post("/meetings", b"[" * 100_000), 400, "the body is not JSON"),
    "a number without end": Case(post("/meetings", b"9" * 10_000), 400, "the body is not JSON"),
    "a form without a boundary": Case(post(f"{M}/analyze", FILE, "multipart/form-data"), 400, "file: send"),
    "a form that is none": Case(post(f"{M}/analyze", b"x", FORM["Content-Type"]), 400, "file: send"),
    "a form without a file": Case(post(f"{M}/analyze", FILE.replace(b"file", b"text"), FORM["Content-Type"]), 400),
    "a form with two files": Case(post(f"{M}/analyze", both(FILE, FILE), FORM["Content-Type"]), 400, "file: send"),
    "a form with another file": Case(
        post(f"{M}/analyze", both(FILE, FILE.replace(b"file", b"other", 1)), FORM["Content-Type"]), 400, "file: send"
    ),
    "a form with an unknown field": Case(
        post(f"{M}/analyze", both(FILE, TEXT.replace(b"transcript", b"titel")), FORM["Content-Type"]), 400, "'titel'"
    ),
    "a form with a file and a text": Case(
        post(f"{M}/analyze", both(FILE, TEXT), FORM["Content-Type"]), 400, "as text or as a file, not as both"
    ),
    "a file that is no text": Case(
        post(f"{M}/analyze", FILE.replace(b"Sarah", b"\xff\x00"), FORM["Content-Type"]), 400
    ),
    "a form with many fields": Case(post(f"{M}/analyze", FIELD * 11 + FILE, FORM["Content-Type"]), 400, "file: send"),
    "a form with very many fields": Case(
        post(f"{M}/analyze", FIELD * 2000 + FILE, FORM["Content-Type"]), 400, "file: send"
    ),
    "JSON of another type": Case(post("/meetings", b"", "APPLICATION/JSON"), 400, "Field required"),
    "a large transcript": Case(post(f"{M}/analyze", b" " * (MIB + 1)), 400, "the body is not JSON"),
    "a too large transcript": Case(post(f"{M}/analyze", b" " * (2 * MIB + 1)), 413, "the request body exceeds 2 MiB"),
    "a transcript of another type": Case(post(f"{M}/analyze", b"Hello.", "text/plain"), 400, "multipart/form-data"),
    "a transcript that is not JSON": Case(post(f"{M}/analyze", b"Hello."), 400, "the body is not JSON"),
    "a transcript that is a number": Case(Ask("POST", f"{M}/analyze", {"transcript": 1}), 400, "transcript"),
    "an id with a quote": Case(Ask("GET", "/meetings/'%22%3Cscript%3E"), 404, "script"),
    "an id with a slash": Case(Ask("GET", "/meetings/a%2Fb"), 404, "nothing at this path"),
    "an id with a NUL": Case(Ask("GET", "/meetings/a%00b"), 404, "no meeting"),
    "an id that is not UTF-8": Case(Ask("GET", "/meetings/%FF"), 404, "no meeting"),
    "an id with a line end": Case(Ask("GET", "/meetings/a%0D%0Ab"), 404, "no meeting"),
    "an id of two dots": Case(Ask("GET", "/users/..%2e"), 404),
    "an id in another script": Case(Ask("GET", "/meetings/%F0%9F%92%A5"), 404, "💥"),
    "a long id": Case(Ask("GET", f"/meetings/{'x' * 5000}"), 404, "no meeting"),
    "a query that is not UTF-8": Case(Ask("GET", "/users?text=%FF"), 200),
    "a query with a NUL": Case(Ask("GET", "/users?text=%00"), 400, "NUL"),
    "a version that is none": Case(Ask("DELETE", M, headers={"If-Match": "latest"}), 412),
}


@pytest.mark.usefixtures("without_waiting")
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in {**WELL, **WRONG, **HOSTILE}.items()])
def test_both_answer_the_same(case: Case) -> None:
    stores = data.sample_store(), data.sample_store()
    fast, flasks = list(answers_of_fastapi(case, stores[0])), list(answers_of_flask(case, stores[1]))

    assert flasks == fast
    assert by_flask(case.model)[0].reads == by_fastapi(case.model)[0].reads
    assert flasks[-1].status == case.status, flasks[-1].body
    assert case.says in flasks[-1].body
    if case.status >= 400:
        assert flasks[-1].headers["Content-Type"] == "application/problem+json"
    if case.status == 503:
        assert flasks[-1].headers["Retry-After"]


@pytest.mark.parametrize("rule", [f"{rule.method} {rule.path}" for rule in ROUTES.routes])
def test_every_route_is_tried(rule: str) -> None:
    """Of each route there is a case that goes well."""
    asked = [f"{case.ask.method} {case.ask.path.partition('?')[0]}" for case in WELL.values()]
    pattern = re.sub("<[a-z_]+>", "[^/]+", rule)

    assert any(re.fullmatch(pattern, one) for one in asked)


@pytest.fixture
def host() -> flask.Flask:
    """An app of a host's own, which has put ours elsewhere and knows its users by their tokens."""

    def identify(credentials: Credentials) -> Caller:
        if credentials.token == "unpaid":
            flask.abort(418)
        if credentials.token not in ("member", "viewer"):
            raise UnauthenticatedError("sign in first")
        return Caller(account_id="a", user_id="user_1", tenant_id="default", access=credentials.token)

    app = flask.Flask("host")
    app.register_blueprint(blueprint(store=data.sample_store(), llm=None, identify=identify), url_prefix="/crm")
    return app


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_who_asks_is_known_from_the_hosts_function(host: flask.Flask) -> None:
    client = host.test_client()

    assert client.get("/crm/meetings").status_code == 401
    assert client.post("/crm/meetings", data=b"{").status_code == 401
    assert client.get("/crm/meetings").headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/crm/meetings", headers=bearer("member")).get_json()["items"]
    assert client.get("/crm/meetings", headers={"X-API-Key": "member"}).status_code == 200
    assert client.post("/crm/meetings", json=CALL, headers=bearer("viewer")).status_code == 403
    assert client.get("/crm/meetings", headers=bearer("unpaid")).status_code == 418


@pytest.mark.parametrize(("size", "status"), [(MIB, 400), (MIB + 1, 413), (3 * MIB, 413)])
def test_a_body_of_no_said_length_is_bounded_too(size: int, status: int) -> None:
    _, app = by_flask("offline")
    chunked = {"wsgi.input": io.BytesIO(b" " * size), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    answer = app.test_client().post("/api/v1/meetings", headers=JSON, environ_overrides=chunked)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_links_lead_to_where_the_blueprint_is(host: flask.Flask) -> None:
    client = host.test_client()
    created = client.post("/crm/meetings", json=CALL, headers=bearer("member"))
    listed = client.get("/crm/meetings?limit=1", headers=bearer("member"), environ_overrides={"SCRIPT_NAME": "/app"})

    assert client.get(created.headers["Location"], headers=bearer("member")).get_json() == created.get_json()
    assert listed.headers["Link"].startswith("</app/crm/meetings?limit=1&after=")


def test_a_hosts_own_errors_stay_its_own(host: flask.Flask) -> None:
    answer = host.test_client().get("/other")

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_host_may_have_its_own_errors_told_as_problems(host: flask.Flask) -> None:
    render_problems(host)

    @host.get("/broken")
    def broken() -> str:
        raise RuntimeError("a secret")

    @host.get("/wrong")
    def wrong() -> str:
        flask.abort(400, "the year is wrong")

    client = host.test_client()

    assert client.get("/other").get_json()["detail"] == "there is nothing at this path"
    assert client.get("/wrong").get_json() == {"title": "Bad Request", "status": 400, "detail": "the year is wrong"}
    assert client.get("/broken").status_code == 500
    assert "secret" not in client.get("/broken").text


def test_without_a_store_it_is_the_one_in_use() -> None:
    app = flask.Flask("host")
    app.register_blueprint(blueprint(identify=None))
    path = "/api/v1/users/user_1"

    assert app.test_client().get(path).get_json()["name"] == "Sarah Chen"
    with meeting_service.use(store=MemoryStore()):
        assert app.test_client().get(path).status_code == 404


def test_an_unexpected_error_is_told_to_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    def broken(credentials: Credentials) -> Caller:
        raise RuntimeError(credentials.token)

    app = flask.Flask("host")
    app.register_blueprint(blueprint(identify=broken))
    answer = app.test_client().get("/api/v1/users", headers={"X-Request-ID": "one", **bearer("hidden")})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "one")
    assert "unexpected error: RuntimeError" in caplog.text
    assert "hidden" not in caplog.text + answer.text


def test_an_id_of_a_request_that_is_not_sane_is_replaced(host: flask.Flask) -> None:
    found = host.test_client().get("/crm/users", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"]

    assert re.fullmatch("[0-9a-f]{32}", found)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "import sys, meetkit.web.flask; "
            "print(sorted({'fastapi', 'starlette', 'anyio', 'uvicorn', 'prometheus_client'} & set(sys.modules)))",
            "[]",
        ),
        (
            "import sys; sys.modules['flask'] = None\n"
            "try:\n    import meetkit.web.flask\nexcept ImportError as error:\n    print(error)",
            "the blueprint needs the extra 'flask': pip install 'meetkit[flask]'",
        ),
    ],
)
def test_a_flask_host_needs_flask_alone(script: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == said
