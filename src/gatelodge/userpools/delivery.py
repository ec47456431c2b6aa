"""Messages to users: into a file, or to a mail server.

Codes are secrets: the log tells that a message went out, and never what is in it.
"""

import json
import os
import smtplib
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import structlog

_SECONDS = 10.0
_log = structlog.get_logger()


class Message(NamedTuple):
    """One message. medium: EMAIL or SMS."""

    pool: str
    username: str
    medium: str
    to: str
    subject: str
    text: str
    code: str
    """The code or temporary password in the text; for scripts that read the file."""


class DeliveryError(RuntimeError):
    """A message could not be handed over."""


def delivery(state: Path, url: str | None) -> Callable[[Message], None]:
    """Choose a back end: a mail server by URL, else the file `messages.jsonl` of the state.

    url: smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS, or smtps://.
    """
    file = _FileDelivery(state / "messages.jsonl")
    if url is None:
        return file
    mail = _MailDelivery(url)

    def deliver(message: Message) -> None:
        # There is no way to send a text message from here: it stays in the file.
        (mail if message.medium == "EMAIL" else file)(message)

    return deliver


class _FileDelivery:
    """Appends messages to a file that only its owner can read, one JSON object a line."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, message: Message) -> None:
        line = json.dumps({"time": int(time.time()), **message._asdict()}) + "\n"
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError as error:
            raise DeliveryError(f"{self._path}: {error.strerror}") from error
        _log.info("a message was written", medium=message.medium, pool=message.pool)


class _MailDelivery:
    """Hands mail to a server (RFC 5321); smtps:// with TLS from the start, else STARTTLS if any."""

    __slots__ = ("_from", "_parts")

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        query = self._parts.query
        sender = query.removeprefix("from=") if query.startswith("from=") else ""
        self._from = unquote(sender) or "no-reply@localhost"

    def __call__(self, message: Message) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._from, message.to, message.subject
        mail.set_content(message.text)
        parts = self._parts
        host = parts.hostname or "localhost"
        try:
            with self._connect(host) as server:
                if parts.scheme == "smtp" and server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            # The server's words may repeat the message; the kind of error is enough for the log.
            raise DeliveryError(f"{host}: {type(error).__name__}") from error
        _log.info("a message was mailed", pool=message.pool)

    def _connect(self, host: str) -> smtplib.SMTP:
        if self._parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                host, self._parts.port or 465, timeout=_SECONDS, context=context
            )
        server = smtplib.SMTP(host, self._parts.port or 25, timeout=_SECONDS)
        server.ehlo()
        return server
