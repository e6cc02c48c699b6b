"""Mails handed over to a real mail server on this machine: sent, refused, tried again, given up."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from callwitness.config.server import MailServer
from callwitness.ledger import models as m
from callwitness.services.mails import Letter, queue, send_due

pytestmark = pytest.mark.django_db
NOW, MINUTE = 1_790_000_000_000, 60_000


@dataclass
class Inbox:
    """What the server got, and what it answers to the next mails instead of taking them."""

    got: list[Message] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    refused_addresses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 the server's name for it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused_addresses:
            return self.refused_addresses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 as above
        if self.refusals:
            return self.refusals.pop(0)
        self.got.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    handler = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Calls <calls@company.example>"
    settings.SERVER = replace(settings.SERVER, mail=MailServer("127.0.0.1", port))
    try:
        yield handler
    finally:
        server.stop()


def write(key: str = "k", to: str = "anna@example.com", **fields: Any) -> None:
    queue([Letter(key, to, "Missed\ncall", "A text, текст", **fields)], NOW)


def kept() -> m.Mail:
    return m.Mail.objects.get()


def test_a_mail_arrives_with_text_and_html_and_says_that_a_machine_wrote_it(inbox: Inbox) -> None:
    write(html="<p>A text</p>")
    assert send_due(NOW).sent == 1
    mail = inbox.got[0]
    assert (mail["To"], mail["Subject"], mail["From"]) == (
        "anna@example.com", "Missed call", "Calls <calls@company.example>",
    )  # fmt: skip
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Callwitness <callwitness.company.example>"
    assert mail["Message-ID"] == f"<{hashlib.sha256(b'k').hexdigest()[:40]}@company.example>"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert (kept().state, kept().sent_at) == ("sent", NOW)


def test_a_mail_is_sent_once_however_often_it_is_written_and_sent(inbox: Inbox) -> None:
    for _ in range(3):
        write()
        send_due(NOW)
    assert len(inbox.got) == 1


def test_a_server_that_fails_first_is_asked_again_later(inbox: Inbox) -> None:
    inbox.refusals = ["451 try later", "451 try later"]
    write()
    assert send_due(NOW).again == 1
    assert (kept().state, kept().problem, kept().next_try_at) == (
        "waiting",
        "Try 1 of 10: 451 try later",
        NOW + MINUTE,
    )
    assert send_due(NOW + MINUTE - 1).again == 0
    assert send_due(NOW + MINUTE).again == 1
    assert kept().next_try_at == NOW + 3 * MINUTE
    assert send_due(NOW + 3 * MINUTE).sent == 1
    assert (kept().state, kept().tries, kept().problem) == ("sent", 3, "")


def test_after_ten_tries_it_is_given_up_with_a_sentence(inbox: Inbox) -> None:
    inbox.refusals = ["451 try later"] * 20
    write()
    now = NOW
    for _ in range(10):
        send_due(now)
        now = kept().next_try_at
    assert (kept().state, kept().problem) == (
        "failed",
        "Given up after 10 tries. The last one: 451 try later",
    )
    assert send_due(now + 10**9).again == 0


def test_an_address_that_does_not_exist_is_given_up_at_once_and_others_go_out(inbox: Inbox) -> None:
    inbox.refused_addresses = {"gone@example.com": "550 no such user"}
    write("a", "gone@example.com")
    write("b", "anna@example.com")
    sending = send_due(NOW)
    assert (sending.sent, sending.failed) == (1, 1)
    assert (
        m.Mail.objects.get(key="a").problem == "The mail server refuses this mail for good: 550 no such user"
    )


@pytest.mark.usefixtures("inbox")
def test_nobody_listens_and_the_mail_waits(settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    write()
    assert send_due(NOW).again == 1
    assert kept().state == "waiting"


def test_without_a_mail_server_mails_wait_and_no_try_is_counted(settings: Settings) -> None:
    settings.SERVER = replace(settings.SERVER, mail=None)
    write()
    assert send_due(NOW).waiting == 1
    assert (kept().state, kept().tries) == ("waiting", 0)


def test_an_attachment_comes_from_the_store(settings: Settings, inbox: Inbox, tmp_path: Path) -> None:
    settings.SERVER = replace(settings.SERVER, evidence=str(tmp_path))
    content = b"caller;verdict\n"
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / digest[:2]).mkdir()
    (tmp_path / digest[:2] / digest).write_bytes(content)
    write(attachment=digest, attachment_name="missed.csv")
    assert send_due(NOW).sent == 1
    (part,) = [part for part in inbox.got[0].walk() if part.get_filename()]
    assert (part.get_filename(), part.get_payload(decode=True)) == ("missed.csv", content)


@pytest.mark.usefixtures("inbox")
def test_a_mail_that_another_process_took_is_left_to_it() -> None:
    write()
    m.Mail.objects.update(tries=1, next_try_at=NOW + 10 * MINUTE)
    assert send_due(NOW).sent == 0
    assert send_due(NOW + 10 * MINUTE).sent == 1
