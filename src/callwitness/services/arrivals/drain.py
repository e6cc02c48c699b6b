"""What the front door kept becomes evidence: JSON lines, one body each, as they arrived.

A letter leaves the inbox after the ledger has it. Dying in between makes it be looked at twice and taken once:
``hook_position`` of its source says how far the ledger is.
"""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.ledger.inbox import Inbox, Letter
from callwitness.services.arrivals.inbox import open_inbox
from callwitness.services.arrivals.receive import WEBHOOK, take

GATHER_MS: Final = 1000
"""Letters wait so long for others: a second of them is one piece of evidence."""
_AT_ONCE: Final = 2000
_BYTES_AT_ONCE: Final = 32 << 20
_log: Final = logging.getLogger("callwitness.inbox")


def drain(now: int) -> int:
    """Take what waits into the ledger, bounded; how many letters. now: ms UTC.

    Raises ``InboxUnavailable`` and ``StoreError``; what was not taken stays in the inbox.
    """
    inbox = open_inbox()
    try:
        return _drain(inbox, now)
    finally:
        inbox.close()


def _drain(inbox: Inbox, now: int) -> int:
    backlog = inbox.backlog()
    if backlog.oldest_at is None:
        return 0
    if backlog.count < _AT_ONCE and 0 <= now - backlog.oldest_at < GATHER_MS:
        return 0
    letters = _bounded(inbox.after(0, _AT_ONCE))
    by_source: dict[int, list[Letter]] = {}
    for letter in letters:
        by_source.setdefault(letter.source_id, []).append(letter)
    for source_id, mine in by_source.items():
        _take(source_id, mine, now)
    inbox.forget(letters[-1].seq)
    return len(letters)


def _bounded(letters: Sequence[Letter]) -> Sequence[Letter]:
    """The first letters, as many as one piece of evidence may hold; one at least."""
    size = 0
    for at, letter in enumerate(letters):
        size += len(letter.body)
        if at and size > _BYTES_AT_ONCE:
            return letters[:at]
    return letters


def _take(source_id: int, letters: Iterable[Letter], now: int) -> None:
    """The letters of one source as one piece of evidence, together with how far the ledger is now."""
    source = m.Source.objects.filter(pk=source_id).first()
    if source is None:
        _log.warning("letters of a source that was deleted are dropped", extra={"source": source_id})
        return
    new = [letter for letter in letters if letter.seq > source.hook_position]
    if not new:
        return
    text = "".join(envelope(letter) for letter in new).encode()
    with transaction.atomic():
        take(source, io.BytesIO(text), _name(new[0]), WEBHOOK, now)
        m.Source.objects.filter(pk=source_id).update(hook_position=new[-1].seq)


def _name(first: Letter) -> str:
    return f"webhook-{_stamp(first.received_at).replace(':', '-')}.jsonl"


def envelope(letter: Letter) -> str:
    """A letter as a line, its body as text where it is UTF-8, else as base64."""
    told: dict[str, Any] = {
        "seq": letter.seq,
        "received_at": _stamp(letter.received_at),
        "content_type": letter.content_type,
        "headers": json.loads(letter.headers),
    }
    try:
        told["body"] = letter.body.decode()
    except UnicodeDecodeError:
        told["body64"] = base64.b64encode(letter.body).decode()
    return json.dumps(told, ensure_ascii=False) + "\n"


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
