"""Mail leaves by a server or into a folder, whole, unread by others, and without what hostile text would add."""

from __future__ import annotations

import errno
import ssl
import stat
import threading
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from meetkit import mail
from meetkit.accounts.models import InviteRequest, SignupRequest
from meetkit.accounts.token_hashes import new_secret
from meetkit.errors import InvalidRequestError, MailError, UndeliverableError
from meetkit.mail import FolderMailer, Message, MessageFactory, Outbox, SmtpMailer, messages, servers
from meetkit.mail.message import email_message
from meetkit.mail.messages import Template
from meetkit.models import Contact, User, email_addresses
from meetkit.models.base import CONTROL
from meetkit.settings import Settings
from tests.mail_servers import PASSWORD, USER, authenticate, certificate, running, silent

SENDER = "meetkit@example.com"
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
HELLO = Message(to="maya@example.com", subject="Grüße", text="Hello\nMaya – 你好\n")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


def trusting(pem: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(pem))


def read(content: bytes | str | None) -> EmailMessage:
    assert isinstance(content, bytes)
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def said(found: EmailMessage) -> str:
    content = found.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def mails(folder: Path) -> list[EmailMessage]:
    return [read(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


# What is written


# One line of at most 200 characters, not blank.
lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=200).filter(
    lambda text: text.strip() and not CONTROL.search(text)
)
# What stands before the @ of an address that is not refused.
locals_ = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='@<>,;"()[]\\:'), min_size=1, max_size=64
).filter(lambda text: not email_addresses.mailing_problem(f"{text}@example.com"))


@given(local=locals_, subject=lines, text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_text_brings_a_header_or_a_recipient(local: str, subject: str, text: str) -> None:
    whole = email_message(Message(to=f"{local}@example.com", subject=subject, text=text), sender=SENDER).as_bytes()
    found = message_from_string(whole.decode(), policy=default)

    ours = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
    assert sorted(found.keys()) == sorted([*ours, "Content-Type", "Content-Transfer-Encoding", "MIME-Version"])
    (to,) = found["To"].addresses
    assert (to.username, to.domain) == (local, "example.com")


@pytest.mark.parametrize(
    "to",
    [
        "=?utf-8?q?eve?=@example.com",
        "a..b@example.com",
        ".ann@example.com",
        "ann.@example.com",
        "ann=?utf-8?b?ZXZl?=@example.com",
        "=?utf-8?q?eve=40evil.example=20?=@example.com",
        '"ann"@example.com',
        '"ann smith"@example.com',
        'a"b@example.com',
        "(eve)ann@example.com",
        "ann(eve@evil.example)@example.com",
        "an\\n@example.com",
        "team:ann@example.com",
        "[ann]@example.com",
        "ann\u200b@example.com",
        "ann\u202e@example.com",
        "ann\u3164@example.com",
        "ann\ufe0f@example.com",
        "ann\u00ad@example.com",
        "ann@straße.example",
        "ann@ｅxample.com",
        "ann@exampleς.com",
    ],
)
def test_an_address_that_would_be_mailed_as_another_is_refused_everywhere(to: str) -> None:
    for call in (
        lambda: Message(to=to, subject="x", text="x"),
        lambda: InviteRequest(email=to, name="Ann"),
        lambda: SignupRequest(email=to, password="x" * 12, name="Ann"),
        lambda: User(id="u", name="Ann", email=to, role="x"),
        lambda: Contact(id="c", name="Ann", email=to, role="x", company="x"),
        lambda: Settings(mail_from=to),
    ):
        with pytest.raises(ValidationError, match=r"write it|is not an email address|invisible character"):
            call()


@pytest.mark.parametrize(
    "to", ["o'brien+x=y@example.com", "a=b?c@example.com", "ü.ann@bücher.example", "爱@例え.example"]
)
def test_an_unusual_address_is_mailed_as_itself(to: str) -> None:
    whole = email_message(Message(to=to, subject="x", text="x"), sender=SENDER).as_bytes()
    found = message_from_string(whole.decode(), policy=default)
    local, _, domain = to.rpartition("@")
    (address,) = found["To"].addresses
    assert (address.username, address.domain) == (local, domain.encode("idna").decode())


@pytest.mark.parametrize("end", ["\r\nBcc: eve@example.com", "\nX: y", "\r", "\u2028", "\x0b", "\x85"])
def test_a_second_line_is_refused_where_there_is_one(end: str) -> None:
    for hostile in ({"to": HELLO.to + end}, {"subject": HELLO.subject + end}):
        with pytest.raises(ValidationError):
            Message.model_validate(HELLO.model_dump() | hostile)


def test_a_text_comes_back_as_it_was() -> None:
    found = read(email_message(HELLO, sender=SENDER).as_bytes())

    assert (found["Subject"], said(found)) == (HELLO.subject, HELLO.text)


def test_a_domain_beyond_ascii_is_written_as_the_dns_has_it() -> None:
    found = read(email_message(HELLO.model_copy(update={"to": "maya@bücher.example"}), sender=SENDER).as_bytes())

    assert found["To"].addresses[0].domain == "xn--bcher-kva.example"


def test_a_domain_that_cannot_be_is_an_error_of_mail(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="invalid domain"):
        FolderMailer(tmp_path, sender=SENDER).send(HELLO.model_copy(update={"to": f"a@{'ü' * 80}.example"}))


@pytest.mark.parametrize(
    ("write", "page"),
    [
        (messages.verification, "verify-email"),
        (messages.reset, "password-reset"),
        (messages.invitation, "accept-invitation"),
    ],
)
def test_what_the_product_writes_has_a_link_on_a_line_of_its_own_however_it_is_opened(
    write: Template, page: str
) -> None:
    token = new_secret()
    made = write("maya@example.com", "https://meet.example/where/people/come/in", token)
    line = f"https://meet.example/where/people/come/in/{page}?token={token}"

    assert line in made.text.split("\n\n")
    assert line in email_message(made, sender=SENDER).as_string().split("\r\n")
    assert said(read(email_message(made, sender=SENDER).as_bytes())) == made.text


@pytest.mark.parametrize("text", ["x" * 990, "x" * 5000, "é" * 5000, "\n" * 5000])
def test_lines_of_any_length_arrive_as_they_were(text: str) -> None:
    content = email_message(HELLO.model_copy(update={"text": f"{text}\n"}), sender=SENDER).as_bytes()

    assert said(read(content)) == f"{text}\n"
    assert max(map(len, content.split(b"\r\n"))) <= 998


# Into a folder


def test_a_folder_is_made_and_its_mails_are_whole_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "mail"
    mailer = mail.connect(Settings(mail_folder=str(folder), mail_from=SENDER))
    for number in range(3):
        mailer.send(HELLO.model_copy(update={"subject": str(number)}))

    assert [found["Subject"] for found in mails(folder)] == ["0", "1", "2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 3


def test_a_folder_that_cannot_be_written_is_an_error_of_mail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(MailError, match=r"cannot be written: .*: Not a directory") as caught:
        FolderMailer(tmp_path / "file" / "mail", sender=SENDER).send(HELLO)
    assert "maya" not in str(caught.value)


def test_a_disk_that_is_full_leaves_no_part_of_a_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(MailError, match="No space left"):
        FolderMailer(tmp_path, sender=SENDER).send(HELLO)
    assert not list(tmp_path.iterdir())


# Mail servers by URL


def test_a_mailer_has_a_server() -> None:
    with pytest.raises(InvalidRequestError, match="needs the URL of at least one"):
        SmtpMailer(sender=SENDER)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, "required"),
        ("smtp://mail.example.com:25/", "mail.example.com", 25, "required"),
        ("smtps://mail.example.com", "mail.example.com", 465, "implicit"),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, "opportunistic"),
        ("smtp://[::1]:1025", "::1", 1025, "opportunistic"),
        ("smtp://localhost", "localhost", 587, "opportunistic"),
        ("smtp://localhost.example.com", "localhost.example.com", 587, "required"),
        ("smtp://mail.internal?tls=none", "mail.internal", 587, "none"),
    ],
)
def test_a_url_names_a_server(url: str, host: str, port: int, tls: str) -> None:
    found = servers.parse(url)

    assert (found.host, found.port, found.tls, found.user) == (host, port, tls, None)


def test_a_password_may_hold_anything_and_is_not_shown() -> None:
    found = servers.parse(f"smtp://{LOGIN}@mail.example.com")

    assert (found.user, found.password) == (USER, PASSWORD)
    assert PASSWORD not in repr(found) + str(found)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://u:secret@mail.example.com",
        "smtp://",
        "smtp://u:secret@:25",
        "smtp://u:secret@mail.example.com:99999",
        "smtp://u:secret@[::1",
        "smtp://u:secret@mail.example.com/inbox",
        "smtp://u:secret@mail.example.com?tls=maybe",
        "smtp://u:secret@mail.example.com?tls=none&tls=none",
        "smtps://u:secret@mail.example.com?tls=none",
        "smtp://u:secret%C3%BC@mail.example.com",
    ],
)
def test_what_names_no_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        mail.connect(Settings(smtp_url=url or "x", mail_from=SENDER))
    assert "secret" not in str(caught.value)


# By SMTP


@pytest.mark.usefixtures("socket_enabled")
def test_goes_by_starttls_signed_in(pem: Path) -> None:
    with running(pem, authenticator=authenticate, auth_required=True) as server:
        SmtpMailer(server.url(login=LOGIN), sender=SENDER, context=trusting(pem)).send(HELLO)

    (envelope,) = server.taken
    assert (server.over_tls, server.signed_in) == ([True], [True])
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [HELLO.to])
    assert said(read(envelope.content)) == HELLO.text


@pytest.mark.usefixtures("socket_enabled")
def test_goes_by_tls_from_the_start(pem: Path) -> None:
    with running(pem, whole=True) as server:
        SmtpMailer(server.url(scheme="smtps"), sender=SENDER, context=trusting(pem)).send(HELLO)

    assert server.over_tls == [True]


@pytest.mark.usefixtures("socket_enabled")
def test_goes_as_it_is_where_this_machine_offers_no_more() -> None:
    with running() as server:
        SmtpMailer(server.url(), sender=SENDER).send(HELLO)

    assert (len(server.taken), server.over_tls) == (1, [False])


@pytest.mark.usefixtures("socket_enabled")
def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(pem: Path) -> None:
    with running(pem) as server, pytest.raises(MailError, match="certificate that is not trusted"):
        SmtpMailer(server.url(), sender=SENDER).send(HELLO)
    with running(pem, whole=True) as whole, pytest.raises(MailError, match="certificate that is not trusted"):
        SmtpMailer(whole.url(scheme="smtps"), sender=SENDER).send(HELLO)

    assert not server.taken + whole.taken


@pytest.mark.usefixtures("socket_enabled")
def test_nothing_is_sent_by_another_machine_that_leaves_out_starttls(monkeypatch: pytest.MonkeyPatch) -> None:
    # To the mailer, this machine is another one.
    monkeypatch.setattr(servers, "is_loopback", lambda _host: False)

    with running() as server, pytest.raises(MailError, match="lacks TLS"):
        SmtpMailer(server.url(), sender=SENDER).send(HELLO)
    assert not server.taken


@pytest.mark.usefixtures("socket_enabled")
def test_a_wrong_password_is_told_without_it(pem: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running(pem, authenticator=authenticate) as server, pytest.raises(MailError) as caught:
        SmtpMailer(server.url(login="robot:wrong-word"), sender=SENDER, context=trusting(pem)).send(HELLO)

    assert str(caught.value).endswith("rejects the name or password (535)")
    assert not any(word in caplog.text + str(caught.value) for word in ("wrong-word", "robot", "maya", "Maya"))


@pytest.mark.usefixtures("socket_enabled")
def test_the_second_server_takes_what_the_first_does_not(caplog: pytest.LogCaptureFixture) -> None:
    with running() as first, running() as second:
        settings = Settings(smtp_url=first.url(), smtp_fallback_url=second.url(), mail_from=SENDER)
        mailer = mail.connect(settings)
        mailer.send(HELLO)
        first.refuses = f"554 no mail for {HELLO.to}"
        mailer.send(HELLO)
        second.refuses = "452 full"
        with pytest.raises(MailError) as caught:
            mailer.send(HELLO)

    assert (len(first.taken), len(second.taken)) == (1, 1)
    assert "rejects the message (554); " in str(caught.value)
    assert "rejects the message (452)" in str(caught.value)
    assert "maya" not in caplog.text + str(caught.value)


@pytest.mark.usefixtures("socket_enabled")
def test_a_server_that_hangs_or_is_not_there_holds_nobody_for_long() -> None:
    with running() as gone:
        away = gone.url()
    with silent() as port, running() as second:
        SmtpMailer(away, f"smtp://127.0.0.1:{port}", second.url(), sender=SENDER, timeout=0.2).send(HELLO)
        with pytest.raises(MailError, match=r"cannot be reached; .*(in time|closed the connection)"):
            SmtpMailer(away, f"smtp://127.0.0.1:{port}", sender=SENDER, timeout=0.2).send(HELLO)

    assert len(second.taken) == 1


@pytest.mark.usefixtures("socket_enabled")
def test_an_address_beyond_ascii_goes_where_the_server_takes_it() -> None:
    message = HELLO.model_copy(update={"to": "jürgen@example.com"})
    with running() as server:
        SmtpMailer(server.url(), sender=SENDER).send(message)
    assert server.taken[0].rcpt_tos == ["jürgen@example.com"]

    with running(enable_SMTPUTF8=False) as old, pytest.raises(MailError, match="non-ASCII"):
        SmtpMailer(old.url(), sender=SENDER).send(message)


# By the outbox


class Trouble:
    """A mailer that raises so many errors, then keeps what it is given; it waits for `gate`."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[Message] = []
        self.asked = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def send(self, message: Message) -> None:
        self.asked.set()
        assert self.gate.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)


def of(message: Message | None) -> MessageFactory:
    """A letter that is this message."""
    return lambda: message


def numbered(count: int) -> list[Message]:
    return [HELLO.model_copy(update={"subject": str(number)}) for number in range(count)]


def test_an_outbox_sends_in_order_what_waits_when_it_closes() -> None:
    mailer = Trouble()
    mailer.gate.clear()
    outbox = Outbox(mailer)
    for message in numbered(50):
        outbox.put(of(message))
    assert not mailer.sent
    mailer.gate.set()

    assert outbox.close(10)
    assert outbox.close(10)
    assert mailer.sent == numbered(50)


def test_an_outbox_tries_again_and_drops_what_fails_for_good(caplog: pytest.LogCaptureFixture) -> None:
    mailer = Trouble(MailError("busy"), RuntimeError("maya@example.com"), UndeliverableError("never"))
    outbox = Outbox(mailer, wait=0)
    for message in numbered(4):
        outbox.put(of(message))

    assert outbox.close(10)
    assert [message.subject for message in mailer.sent] == ["3", "0"]
    assert [record.message for record in caplog.records] == [
        "email discarded: RuntimeError",
        "email discarded: never",
    ]


def test_an_outbox_gives_up_after_a_few_attempts(caplog: pytest.LogCaptureFixture) -> None:
    mailer = Trouble(*[MailError("away")] * 4)
    outbox = Outbox(mailer, wait=0)
    outbox.put(of(HELLO))

    assert outbox.close(10)
    assert (mailer.sent, len(mailer.errors)) == ([], 1)
    assert [record.message for record in caplog.records] == ["email discarded: away"]


def test_what_an_outbox_tries_again_holds_up_no_other() -> None:
    mailer = Trouble(*[MailError("busy")] * 4)
    outbox = Outbox(mailer, wait=3600)
    for message in numbered(6):
        outbox.put(of(message))

    assert not outbox.close(1)
    assert [message.subject for message in mailer.sent] == ["4", "5"]


def test_what_waits_to_be_tried_again_fills_an_outbox(caplog: pytest.LogCaptureFixture) -> None:
    mailer = Trouble(*[MailError("busy")] * 2)
    outbox = Outbox(mailer, wait=3600, size=2)
    for message in numbered(2):
        outbox.put(of(message))
    while mailer.errors or len(outbox._retries) < 2:
        threading.Event().wait(0.001)
    outbox.put(of(HELLO))

    assert not outbox.close(0)
    assert next(record.message for record in caplog.records) == "email discarded: the outbox is full"


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [("554 never", UndeliverableError), ("550 5.1.1 nobody", UndeliverableError), ("452 full", MailError)],
)
def test_only_a_reply_of_4xx_is_worth_another_try(reply: str, kind: type[MailError]) -> None:
    with running() as server:
        server.refuses = reply
        with pytest.raises(MailError) as caught:
            SmtpMailer(server.url(), sender=SENDER).send(HELLO)
    assert type(caught.value) is kind


@pytest.mark.usefixtures("socket_enabled")
def test_what_one_server_may_still_take_is_worth_another_try() -> None:
    with running() as gone:
        away = gone.url()
    with running() as server:
        server.refuses = "554 never"
        with pytest.raises(MailError) as caught:
            SmtpMailer(away, server.url(), sender=SENDER).send(HELLO)
    assert caught.value.retryable


@pytest.mark.parametrize(
    "domain", [f"{'a' * 64}.example", f"{'ü' * 60}.example", ".".join(["ü" * 20] * 11), f"{'a' * 63}." * 3 + "b" * 62]
)
def test_no_domain_longer_than_the_dns_has_is_part_of_an_address(domain: str) -> None:
    with pytest.raises(ValidationError, match=r"is not an email address|at most 254"):
        Message(to=f"a@{domain}", subject="x", text="x")


def test_a_label_of_63_letters_is_part_of_an_address() -> None:
    assert Message(to=f"a@{'a' * 63}.example", subject="x", text="x")


def test_an_outbox_has_letters_written_in_its_own_thread(caplog: pytest.LogCaptureFixture) -> None:
    mailer, writers = Trouble(), []

    def write() -> Message:
        writers.append(threading.current_thread().name)
        return HELLO

    def fail() -> Message:
        raise ValueError("maya@example.com")

    outbox = Outbox(mailer)
    for letter in (of(None), fail, write):
        outbox.put(letter)

    assert outbox.close(10)
    assert mailer.sent == [HELLO]
    assert writers == ["meetkit-outbox"]
    assert [record.message for record in caplog.records] == ["email discarded: ValueError"]


def test_an_outbox_that_is_full_or_closed_drops_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    mailer = Trouble()
    mailer.gate.clear()
    outbox = Outbox(mailer, size=2)
    first, *rest = numbered(5)
    outbox.put(of(first))
    assert mailer.asked.wait(60)
    for message in rest:
        outbox.put(of(message))

    assert not outbox.close(0)
    outbox.put(of(first))
    mailer.gate.set()
    assert outbox.close(10)
    assert mailer.sent == numbered(3)
    assert [record.message for record in caplog.records] == [
        "email discarded: the outbox is full",
        "email discarded: the outbox is full",
        "2 emails not sent before shutdown, and one in progress",
        "email discarded: the outbox is closed",
    ]
