"""What derivation is told of recordings: those of a window's calls, as the domain's frame has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from django.db.models import Exists, OuterRef, Q

from callwitness.domain.recordings.tables import RECORDINGS
from callwitness.ledger import models as m

DAY_MS: Final = 86_400_000
_LARGE: Final = ("peaks", "hearing__spans", "hearing__candidates", "hearing__known")
"""Columns that derivation does not need."""


def recordings_between(workspace_id: int, first: int, end: int) -> pl.DataFrame:
    """RECORDINGS of calls of these days (UTC days since 1970, ``end`` not included), and those that their records await.

    Keys are the recordings' ids. Those nobody has listened to yet have no status: they count as there.
    """
    tied = Q(state=m.Recording.KEPT, call__workspace=workspace_id, call__day__gte=first, call__day__lt=end)
    awaited = Q(_told_between(first, end), state=m.Recording.AWAITED, source__workspace=workspace_id)
    rows = m.Recording.objects.filter(tied | awaited).exclude(native_call_id="")
    whole = rows.select_related("source", "hearing").order_by("pk").defer(*_LARGE)
    found = [_row(each) for each in whole.iterator(chunk_size=2_000)]
    return RECORDINGS.conform(pl.DataFrame(found, schema=RECORDINGS.schema, orient="row"))


def _told_between(first: int, end: int) -> Exists:
    """Its record is of these days, as its own clock has them: a day more on each side is room for any zone."""
    records = m.Record.objects.filter(source=OuterRef("source"), native_call_id=OuterRef("native_call_id"))
    between = Q(started_at__gte=(first - 1) * DAY_MS, started_at__lt=(end + 1) * DAY_MS)
    return Exists(records.filter(between | Q(started_at=None)))


def of_calls(recordings: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Those of these source calls (SOURCE_CALLS): what is awaited may be of other days."""
    ids = calls.select("source", native_call_id=pl.concat_list("native_call_id", "native_ids"))
    known = ids.explode("native_call_id").unique()
    return recordings.join(known, on=["source", "native_call_id"], how="semi", maintain_order="left")


def _row(recording: m.Recording) -> dict[str, Any]:
    row: dict[str, Any] = {
        "recording": str(recording.pk),
        "name": recording.url.partition("?")[0] or recording.name,  # a link's query may hold a secret
        "source": recording.source.name,
        "native_call_id": recording.native_call_id,
        "duration_s": recording.duration_s,
    }
    return row | dict(_heard(recording))


def _heard(recording: m.Recording) -> Iterator[tuple[str, Any]]:
    """What was heard in the bytes that are kept now."""
    hearing: m.Hearing | None = getattr(recording, "hearing", None)
    if hearing is None or hearing.sha256 != recording.sha256:
        return
    yield "status", hearing.answer
    yield "human_voice_s", hearing.voice_s
    yield "confidence", hearing.sureness
    yield "method", hearing.known_by
    yield "duration_s", hearing.duration_s or recording.duration_s
    yield "live_s", hearing.live_s
    yield "channels", hearing.channels or None
    yield "silence", hearing.silence or None
    yield "problem", hearing.problem or None
