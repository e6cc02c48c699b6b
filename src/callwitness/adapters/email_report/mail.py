"""Mails out of .eml and mbox files, and what they carry: texts, tables, attachments, mails inside mails.

The standard library's parser takes any bytes; headers and charsets are decoded here with a way out for each lie.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from typing import IO, Final

from callwitness.ingest.kit.encodings import Encoding, decode, detect

MAX_MAIL: Final = 64 << 20
_DEPTH: Final = 8
_MAX_PARTS: Final = 500
_MAX_HEADER: Final = 10_000
_HEADER: Final = re.compile(
    rb"^(?:from|date|subject|to|message-id|received|return-path|mime-version|delivered-to|content-type|"
    rb"reply-to|dkim-signature|x-[\w-]+):",
    re.IGNORECASE,
)
_TELLING: Final = (b"from:", b"date:", b"subject:", b"message-id:")


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail. name: "" for a body, else the attachment's name. alternatives share a number."""

    name: str
    kind: str  # content type, lower case
    data: bytes
    charset: str | None
    alternative: int

    @property
    def text(self) -> str:
        """The bytes decoded as they claim, else as they look."""
        if self.charset:
            try:
                return _whole(self.data.decode(self.charset))
            except (LookupError, UnicodeError, ValueError):
                pass
        return decode(self.data, detect(self.data) or Encoding("utf-8"))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: sent (ms UTC, 0 unknown), local_day (ISO date of the Date header as written), its parts and mails."""

    sent: int
    local_day: str | None
    message_id: str
    sender: str
    subject: str
    parts: list[Part] = field(default_factory=list)
    inner: list[tuple[str, Mail]] = field(default_factory=list)


def looks_like_mail(head: bytes) -> bool:
    """Whether bytes begin with the headers of a mail, after the line ``From `` of an mbox."""
    lines = head[:16384].lstrip(b"\r\n\xef\xbb\xbf").splitlines()
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]
    headers: list[bytes] = []
    for line in lines[:60]:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        if not re.match(rb"^[\x21-\x39\x3b-\x7e]+:", line):
            return False
        if _HEADER.match(line):
            headers.append(line.lower())
    return len(headers) >= 2 and any(line.startswith(_TELLING) for line in headers)


def split_mailbox(stream: IO[bytes]) -> Iterator[bytes]:
    """The mails of an mbox, or the one mail of an .eml; each cut at ``MAX_MAIL``."""
    lines: list[bytes] = []
    size = 0
    blank = True
    mbox = False
    for at, line in enumerate(_lines(stream)):
        if line.startswith(b"From ") and blank and (mbox or at == 0):
            mbox = True
            if lines:
                yield b"".join(lines)
            lines, size, blank = [], 0, False
            continue
        if size < MAX_MAIL:
            lines.append(re.sub(rb"^>(>*From )", rb"\1", line) if mbox and line[:1] == b">" else line)
            size += len(line)
        blank = not line.strip()
    if lines:
        yield b"".join(lines)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    # a line without an end must not fill the memory
    while line := stream.readline(1 << 20):
        yield line


def parse_mail(data: bytes) -> Mail:
    """One mail with everything in it. Never raises on content."""
    return _mail(_parsed(data.lstrip(b"\r\n\xef\xbb\xbf")), 0)


def _parsed(data: bytes) -> Message:
    try:
        return email.message_from_bytes(data)
    except RecursionError:  # parts in parts without end: the headers can still be read
        return BytesHeaderParser().parsebytes(data)


def _mail(message: Message, depth: int) -> Mail:
    sent, day = _date(message)
    mail = Mail(
        sent=sent,
        local_day=day,
        message_id=_header(message, "Message-ID").strip(),
        sender=_address(_header(message, "From")),
        subject=" ".join(_header(message, "Subject").split()),
    )
    _walk(message, mail, depth, 0)
    return mail


def _walk(message: Message, mail: Mail, depth: int, alternative: int) -> None:
    if depth > _DEPTH or len(mail.parts) > _MAX_PARTS:
        return
    kind = message.get_content_type()
    payload = message.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list):
        name = _name(message) or "forwarded"
        mail.inner.extend((name, _mail(part, depth + 1)) for part in payload if isinstance(part, Message))
        return
    if isinstance(payload, list):
        group = len(mail.parts) + 1 if kind == "multipart/alternative" else alternative
        for part in payload:
            if isinstance(part, Message):
                _walk(part, mail, depth + 1, group)
        return
    data = _payload(message)
    name = _name(message)
    if name and looks_like_mail(data) and not kind.startswith("image/"):
        mail.inner.append((name, _mail(_parsed(data), depth + 1)))
        return
    mail.parts.append(Part(name, kind, data, _charset(message), alternative))


def _payload(message: Message) -> bytes:
    try:
        data = message.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError, UnicodeError):
        data = None
    if isinstance(data, bytes):
        return data
    raw = message.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _charset(message: Message) -> str | None:
    try:
        return message.get_content_charset()
    except (ValueError, LookupError, UnicodeError):
        return None


def _name(message: Message) -> str:
    """File name of a part: RFC 2231, RFC 2047 inside quotes, or raw bytes; never a path."""
    try:
        raw = message.get_param("filename", None, "content-disposition") or message.get_param("name", None)
        text = collapse_rfc2231_value(raw) if raw else ""
    except (ValueError, LookupError, UnicodeError, TypeError):
        return "attachment"
    return re.split(r"[\\/]", _decoded(text))[-1].strip()[:120].replace("!", "_")


def _header(message: Message, name: str) -> str:
    return _decoded(str(message.get(name, ""))[:_MAX_HEADER])


def _decoded(text: str) -> str:
    """A header with RFC 2047 words resolved and raw bytes read as they look."""
    try:
        pieces = decode_header(text) if "=?" in text else [(text, None)]
    except (ValueError, LookupError, UnicodeError):
        pieces = [(text, None)]
    return "".join(_piece(*piece) for piece in pieces)


def _piece(value: bytes | str, charset: str | None) -> str:
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    try:
        return _whole(value.decode(charset or "utf-8"))
    except (LookupError, UnicodeError, ValueError):
        return decode(value, detect(value) or Encoding("utf-8"))


def _whole(text: str) -> str:
    """Some charsets decode to halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _address(text: str) -> str:
    found = re.search(r"[\w.+-]+@[\w.-]+", text)
    return found[0].lower() if found else " ".join(text.lower().split())[:100]


def _date(message: Message) -> tuple[int, str | None]:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
        if moment.tzinfo is None:
            return 0, moment.date().isoformat()
        return int(moment.timestamp() * 1000), moment.date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return 0, None
