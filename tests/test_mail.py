"""Mail leaves in one piece: by SMTP, or as files that mail programs open."""

import email
import smtplib
import socket
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from kb.mail import FilePost, Mail, MemoryPost, SmtpPost, as_message, open_post

HELLO = Mail(
    to="alice@example.com",
    subject="Bob answered “Wo ist Käse?”",
    text="Grüße,\nBob",
    html="<p>Grüße,<br>Bob</p>",
    message_id="<letter.1@help.example.com>",
    headers={"List-Unsubscribe": "<https://help.example.com/letters/stop/x>"},
)


class Collector(Message):  # type: ignore[misc]
    """An SMTP server's side that keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[object] = []

    def handle_message(self, message: object) -> None:
        self.arrived.append(message)


def test_smtp_hands_over_text_and_html() -> None:
    collector = Collector()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(collector, hostname="127.0.0.1", port=port)
    server.start()
    try:
        SmtpPost(f"smtp://127.0.0.1:{port}", "help@example.com").send(HELLO)
    finally:
        server.stop()
    (message,) = collector.arrived
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)  # type: ignore[attr-defined]
    assert parsed["Subject"] == HELLO.subject
    assert parsed["Message-ID"] == HELLO.message_id
    assert parsed["List-Unsubscribe"] == HELLO.headers["List-Unsubscribe"]
    assert parsed.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == HELLO.text
    assert parsed.get_body(("html",)).get_content().strip() == HELLO.html


def test_smtp_without_a_server_raises() -> None:
    with pytest.raises((OSError, smtplib.SMTPException)):
        SmtpPost("smtp://127.0.0.1:9", "help@example.com").send(HELLO)


def test_file_post_writes_one_file_however_often_it_is_sent(tmp_path: Path) -> None:
    post = FilePost(tmp_path, "help@example.com")
    post.send(HELLO)
    post.send(HELLO)
    (path,) = tmp_path.iterdir()
    assert email.message_from_bytes(path.read_bytes(), policy=default)["To"] == "alice@example.com"


def test_a_line_break_in_a_subject_adds_no_header() -> None:
    message = as_message(Mail("a@example.com", "Hi\r\nBcc: all@example.com", "x", "x", "<1@x>"), "help@example.com")
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Bcc: all@example.com"


@pytest.mark.parametrize(
    ("url", "kind"), [(None, FilePost), ("memory:", MemoryPost), ("smtp://x", SmtpPost), ("file:", FilePost)]
)
def test_open_post_by_url(url: str | None, kind: type, tmp_path: Path) -> None:
    assert isinstance(open_post(url, sender="help@example.com", data=tmp_path), kind)
