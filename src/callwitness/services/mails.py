"""Mails that must go out: kept in the ledger first, handed to the mail server by the worker.

A mail is written once: its key is unique, and who writes it a second time writes nothing. It is handed over once as
far as SMTP allows: before the conversation the row is taken for ten minutes, after it the row says ``sent``. Should
the process die in between, the mail goes out again with the same Message-ID, by which a mail server or reader knows
the copy; a mail that is lost without a word would be worse.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F

from callwitness.ledger import models as m
from callwitness.ledger.store import store_of

WAITING, SENT, FAILED = "waiting", "sent", "failed"
MOST_TRIES: Final = 10
_TAKEN_MS: Final = 600_000
_LONGEST_PAUSE_S: Final = 7200
_AT_ONCE: Final = 100
_LONGEST_PROBLEM: Final = 500
_LARGEST_ATTACHMENT: Final = 20 << 20
_log: Final = logging.getLogger("callwitness.mails")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be mailed, in its reader's words. key: of this mail alone, for ever. html: made by our templates."""

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    attachment: str = ""
    attachment_name: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What one round did. waiting: mails that could not go because no mail server is set."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    waiting: int = 0


def queue(letters: Iterable[Letter], now: int) -> None:
    """Keep mails until they are sent; those whose key is known already are left out."""
    m.Mail.objects.bulk_create(
        (
            m.Mail(
                key=_key(letter.key),
                to=letter.to,
                subject=" ".join(letter.subject.split())[:300],
                text=letter.text,
                html=letter.html,
                attachment=letter.attachment,
                attachment_name=letter.attachment_name,
                created_at=now,
            )
            for letter in letters
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def configured() -> bool:
    """Whether there is a mail server to hand mails to."""
    return settings.SERVER.mail is not None


def send_due(now: int) -> Sending:
    """Hand over every mail that is due. now: ms UTC. Without a mail server mails wait, and nothing is counted against them."""
    due = m.Mail.objects.filter(state=WAITING, next_try_at__lte=now).order_by("next_try_at", "id")
    if not configured():
        return Sending(waiting=due.count())
    counts = {SENT: 0, WAITING: 0, FAILED: 0}
    connection = get_connection()
    try:
        for mail in due[:_AT_ONCE]:
            if _take(mail, now):
                state, problem = _send(mail, connection, now)
                counts[state] += 1
                if problem and not _about_the_mail(problem):
                    break  # nobody listens or lets us in: the others need not wait for the same
    finally:
        _close(connection)
    return Sending(counts[SENT], counts[WAITING], counts[FAILED])


def _take(mail: m.Mail, now: int) -> bool:
    """Only one process sends it: the row is ours when it still stands as it was read."""
    mine = m.Mail.objects.filter(pk=mail.pk, state=WAITING, next_try_at=mail.next_try_at)
    taken = mine.update(tries=F("tries") + 1, next_try_at=now + _TAKEN_MS)
    mail.tries += 1
    return taken == 1


def _send(mail: m.Mail, connection: Any, now: int) -> tuple[str, Exception | None]:
    try:
        _message(mail, connection).send()
    except Exception as problem:  # noqa: BLE001 whatever a mail server does, the others must go out
        _close(connection)
        return _not_sent(mail, problem, now), problem
    m.Mail.objects.filter(pk=mail.pk).update(state=SENT, sent_at=now, problem="")
    return SENT, None


def _not_sent(mail: m.Mail, problem: Exception, now: int) -> str:
    said = _said(problem)
    if _for_good(problem):
        state, text = FAILED, f"The mail server refuses this mail for good: {said}"
    elif mail.tries >= MOST_TRIES:
        state, text = FAILED, f"Given up after {mail.tries} tries. The last one: {said}"
    else:
        state, text = WAITING, f"Try {mail.tries} of {MOST_TRIES}: {said}"
    pause_s = min(60 * 2 ** (mail.tries - 1), _LONGEST_PAUSE_S)
    m.Mail.objects.filter(pk=mail.pk).update(state=state, problem=text, next_try_at=now + pause_s * 1000)
    _log.warning("mail %s was not sent: %s", mail.pk, type(problem).__name__)
    return state


def _about_the_mail(problem: Exception) -> bool:
    """Whether the server spoke about this mail, or could not be spoken to at all."""
    of_the_server = (
        smtplib.SMTPServerDisconnected,
        smtplib.SMTPConnectError,
        smtplib.SMTPAuthenticationError,
    )
    return not isinstance(problem, of_the_server) and (
        isinstance(problem, smtplib.SMTPException) or not isinstance(problem, OSError)
    )


def _for_good(problem: Exception) -> bool:
    """The server said that this mail or this address will never do; a refused password is no such answer."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(550 <= code < 560 for code, _ in problem.recipients.values())
    return isinstance(problem, smtplib.SMTPDataError) and 550 <= problem.smtp_code < 560


def _said(problem: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_text(text)}" for code, text in problem.recipients.values()]
        said = "; ".join(answers)
    elif isinstance(problem, smtplib.SMTPResponseException):
        said = f"{problem.smtp_code} {_text(problem.smtp_error)}"
    else:
        said = str(problem) or type(problem).__name__
    return " ".join(said.split())[:_LONGEST_PROBLEM]


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _message(mail: m.Mail, connection: Any) -> EmailMultiAlternatives:
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:40]}@{host}>",
        "List-Id": f"Callwitness <callwitness.{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMultiAlternatives(
        mail.subject, mail.text, None, [mail.to], headers=headers, connection=connection
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.attachment:
        with store_of(settings.SERVER.evidence).open(mail.attachment) as file:
            name = mail.attachment_name or "attachment"
            content = file.read(_LARGEST_ATTACHMENT)
        message.attach(name, content, "application/octet-stream")  # as bytes: text would get other line ends
    return message


def _close(connection: Any) -> None:
    """A connection after an error is in no known state; the next mail opens a new one."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None


def _key(key: str) -> str:
    """Keys that are too long for the column stay unique."""
    return key if len(key) <= 120 else f"{key[:80]}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
