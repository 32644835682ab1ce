"""Letters: sent once, only what may still be seen, and taken up again when the mail server was away."""

import email
import smtplib
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.mail import FilePost, MemoryPost, SmtpPost, as_message
from kb.notices import follows, letters, stops
from kb.notices.models import Letter
from kb.people import stationery
from tests.builders import Cast
from tests.notices.conftest import Tell
from tests.notices.subjects import KIND


def work(session: Session) -> None:
    """Run every due job."""
    session.commit()
    while jobs.run_next(session, "test"):
        pass


def outcomes(session: Session) -> list[str]:
    return list(session.scalars(select(Letter.outcome).order_by(Letter.id)))


def test_deliver_sends_each_letter_once(session: Session, readers: Cast, tell: Tell, letters: MemoryPost) -> None:
    tell(readers.alice, readers.mia)
    work(session)
    work(session)
    assert [mail.to for mail in letters.sent] == ["alice@example.com", "mia@example.com"]
    assert outcomes(session) == ["sent", "sent"]


def test_deliver_again_sends_nothing(
    session: Session, readers: Cast, tell: Tell, letters: MemoryPost, request: pytest.FixtureRequest
) -> None:
    tell(readers.alice)
    work(session)
    deliver_again(session)
    assert len(letters.sent) == 1


def deliver_again(session: Session) -> None:
    for letter_id in session.scalars(select(Letter.id)).all():
        letters.deliver(session, letter_id)
    letters.deliver(session, 999_999)


def test_letter_says_who_what_and_how_to_stop(session: Session, readers: Cast, tell: Tell, letters: MemoryPost) -> None:
    tell(readers.alice)
    work(session)
    mail = letters.sent[0]
    assert mail.subject == "Bob answered: How do I reset my password?"
    assert "http://127.0.0.1:5000/questions/1/reset#answer-1" in mail.text
    assert "&lt;b&gt;press&lt;/b&gt;" in mail.html and "<b>" not in mail.html
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail.headers["List-Unsubscribe"].strip("<>")
    assert address in mail.text and address in mail.html
    reader, kind = stops.read(session, address.rsplit("/", 1)[1])
    assert (reader.handle, kind) == ("alice", "answer")


def test_letter_headers_survive_folding(session: Session, readers: Cast, tell: Tell, letters: MemoryPost) -> None:
    tell(readers.alice)
    work(session)
    raw = as_message(letters.sent[0], "help@example.com").as_bytes()
    back = email.message_from_bytes(raw, policy=AS_SENT)
    assert back["List-Unsubscribe"].replace("\r\n", "") == letters.sent[0].headers["List-Unsubscribe"]
    assert b"=?utf-8?" not in raw.split(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("evil.example", "evil example answered"),
        ("http://evil.example/x", "http evil example x answered"),
        ("a\r\nBcc: mia@example.com", "a Bcc mia example com answered"),
    ],
)
def test_letter_makes_no_link_and_no_header_of_a_name(
    session: Session, readers: Cast, tell: Tell, letters: MemoryPost, name: str, shown: str
) -> None:
    readers.bob.name = name
    tell(readers.alice)
    work(session)
    assert letters.sent[0].subject.startswith(shown)
    assert as_message(letters.sent[0], "help@example.com")["Bcc"] is None


@pytest.mark.parametrize("reason", ["not visible", "not wanted", "no address"])
def test_deliver_asks_again_before_it_sends(
    session: Session, readers: Cast, tell: Tell, letters: MemoryPost, reason: str
) -> None:
    tell(readers.alice)
    session.commit()
    if reason == "not visible":
        follows.unfollow(session, person=readers.alice, subject_kind=KIND, subject_id=1)
    elif reason == "not wanted":
        stops.stop(session, person_id=readers.alice.id, kind="answer")
    else:
        readers.alice.email = None
    work(session)
    assert not letters.sent
    assert outcomes(session) == [reason]


class Sink:
    """A mail server's handler that says what it was told to say, then 250."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.tries = 0
        self.rcpt: list[str] = []
        self.data: list[str] = []

    async def handle_RCPT(
        self, server: SMTP, session: Connection, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Connection, envelope: Envelope) -> str:
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=AS_SENT)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 taken"


@pytest.fixture
def sink(readers: Cast) -> Iterator[Sink]:
    """A mail server that letters of this test go to."""
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as finder:
        port = finder.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    use(SmtpPost(f"smtp://127.0.0.1:{port}", "help@example.com"))
    yield handler
    controller.stop()


def use(post: SmtpPost | FilePost) -> None:
    stationery.use(post, base_url="https://help.example.com", site_name="Help", secret="tests-" * 8)


def test_smtp_letter_arrives_whole(session: Session, readers: Cast, tell: Tell, sink: Sink) -> None:
    tell(readers.alice)
    work(session)
    (message,) = sink.received
    assert message["To"] == "alice@example.com"
    assert message["Message-ID"].startswith("<letter-") and message["Message-ID"].endswith("@help.example.com>")
    assert message["List-Unsubscribe"].startswith("<https://help.example.com/letters/stop/")
    plain = message.get_body(("plain",))
    assert plain is not None and "Open the settings" in plain.get_content()
    assert outcomes(session) == ["sent"]


def test_smtp_that_is_busy_gets_the_same_letter_later(session: Session, readers: Cast, tell: Tell, sink: Sink) -> None:
    sink.rcpt = ["451 later please"]
    sink.data = ["452 full"]
    tell(readers.alice)
    work(session)
    assert not sink.received
    for _ in range(2):
        clock.advance(timedelta(seconds=10))
        work(session)
    assert (sink.tries, len(sink.received)) == (3, 1)
    clock.advance(timedelta(hours=1))
    work(session)
    assert len(sink.received) == 1
    assert outcomes(session) == ["sent"]


def test_smtp_that_refuses_an_address_for_good_is_not_asked_again(
    session: Session, readers: Cast, tell: Tell, sink: Sink
) -> None:
    sink.rcpt = ["550 nobody here"]
    tell(readers.alice, readers.mia)
    work(session)
    clock.advance(timedelta(hours=1))
    work(session)
    assert outcomes(session) == ["refused 550", "sent"]
    assert (sink.tries, len(sink.received)) == (2, 1)


def test_smtp_that_is_away_raises_for_the_worker(session: Session, readers: Cast, tell: Tell) -> None:
    use(SmtpPost("smtp://127.0.0.1:1", "help@example.com"))
    tell(readers.alice)
    session.commit()
    with pytest.raises((OSError, smtplib.SMTPException)):
        letters.deliver(session, session.scalars(select(Letter.id)).one())


def test_file_letter_is_one_file_however_often_it_is_sent(
    session: Session, readers: Cast, tell: Tell, tmp_path: Path
) -> None:
    use(FilePost(tmp_path / "out", "help@example.com"))
    tell(readers.alice)
    work(session)
    letter = session.scalars(select(Letter)).one()
    letter.settled_at = None
    session.commit()
    letters.deliver(session, letter.id)
    (path,) = (tmp_path / "out").glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=AS_SENT)
    assert message["To"] == "alice@example.com"
