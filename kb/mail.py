"""Sending one e-mail: by SMTP, into a folder, or into memory for tests."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 20.0
# Shorter lines would make the mail package encode long links in headers, which mail programs then cannot follow.
LINES = SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address. ``message_id`` stays the same when it is sent again, so that readers see it once."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Post(Protocol):
    """Something that can send a mail; raises OSError or smtplib.SMTPException when it could not."""

    def send(self, mail: Mail) -> None:
        """Hand ``mail`` over; when this returns, the other side has it."""


@dataclass(slots=True)
class MemoryPost:
    """Keeps what it is given, for tests."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep ``mail``."""
        self.sent.append(mail)


@dataclass(frozen=True, slots=True)
class FilePost:
    """Writes each mail to ``folder`` as an .eml file that any mail program opens."""

    folder: Path
    sender: str

    def send(self, mail: Mail) -> None:
        """Write ``mail`` under a name made of its id, so that sending twice leaves one file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = "".join(c if c.isalnum() or c in "-." else "-" for c in mail.message_id.strip("<>"))
        path = self.folder / f"{name}.eml"
        draft = path.with_suffix(".tmp")
        draft.write_bytes(as_message(mail, self.sender).as_bytes())
        draft.replace(path)


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """Speaks SMTP, with TLS from the start for smtps:// and by STARTTLS wherever the server offers it."""

    url: str
    sender: str

    def send(self, mail: Mail) -> None:
        """Hand ``mail`` to the server."""
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        context = ssl.create_default_context()
        client: smtplib.SMTP
        if parts.scheme == "smtps":
            client = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context)
        else:
            client = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
        with client:
            client.ehlo()
            if parts.scheme == "smtp" and client.has_extn("starttls"):
                client.starttls(context=context)
                client.ehlo()
            if parts.username:
                client.login(unquote(parts.username), unquote(parts.password or ""))
            client.send_message(as_message(mail, self.sender))


def open_post(url: str | None, *, sender: str, data: Path) -> Post:
    """Return the way mail leaves: by ``url``, or into ``data``/letters when there is none."""
    scheme = urlsplit(url).scheme if url else "file"
    if url and scheme in ("smtp", "smtps"):
        return SmtpPost(url, sender)
    if scheme == "memory":
        return MemoryPost()
    folder = urlsplit(url).path if url else ""
    return FilePost(Path(folder) if folder else data / "letters", sender)


def as_message(mail: Mail, sender: str) -> EmailMessage:
    """Return ``mail`` as text and HTML alternatives; the policy refuses line breaks in headers."""
    message = EmailMessage(policy=LINES)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
