"""Recordings: heard in pieces (Range), noted once a listening; downloaded by whoever has that right."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.ledger.store import StoreError
from callwitness.services import audit
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_CHUNK: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")
_AGAIN_MS: Final = 600_000
_AUDIO: Final = re.compile(r"audio/[a-z0-9.+-]{1,40}")


@screen("listen")
def recording(request: HttpRequest, scope: Scope, public_id: str, pk: int) -> HttpResponseBase:
    """The sound, whole or the part that a player asks for."""
    found = _of_call(scope, public_id, pk)
    _note_listening(request, scope, found)
    return _answer(request, found)


@screen("download")
def download(request: HttpRequest, scope: Scope, public_id: str, pk: int) -> HttpResponseBase:
    """The sound as a file to keep."""
    found = _of_call(scope, public_id, pk)
    audit.note(
        scope, request.user, "download", public_id, {"recording": found.name[:200]}, address_of(request)
    )
    answer = _answer(request, found)
    name = re.split(r"[/\\]", found.name)[-1] or "recording"
    if scope.masks_numbers:  # exchanges write numbers into names of files
        name = public_id + PurePosixPath(name).suffix[:8]
    answer["Content-Disposition"] = str(content_disposition_header(True, name))
    return answer


def _of_call(scope: Scope, public_id: str, pk: int) -> m.Recording:
    call = access.call(scope, public_id)
    return access.one(access.recordings(scope, call), pk=pk)


def _note_listening(request: HttpRequest, scope: Scope, found: m.Recording) -> None:
    """Players ask for many pieces of one listening; it is noted when none was in the last ten minutes."""
    call = found.call
    what = call.public_id if call else ""
    since = int(time.time() * 1000) - _AGAIN_MS
    noted = m.Audit.objects.filter(
        workspace=scope.workspace,
        at__gte=since,
        user=scope.user,
        action="listen",
        what=what,
        details__recording=found.pk,
    )
    if not noted.exists():
        audit.note(scope, request.user, "listen", what, {"recording": found.pk}, address_of(request))


class _Piece:
    """Bytes first to last of a kept file, read while they are sent; the file is closed in any case."""

    def __init__(self, sha256: str) -> None:
        self._open = ExitStack()
        path = self._open.enter_context(evidence_store().path(sha256))
        self._file = self._open.enter_context(path.open("rb"))
        self.size = self._file.seek(0, 2)
        self._left = 0

    def between(self, first: int, last: int) -> _Piece:
        self._file.seek(first)
        self._left = last - first + 1
        return self

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (piece := self._file.read(min(_CHUNK, self._left))):
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        self._open.close()


def _answer(request: HttpRequest, found: m.Recording) -> HttpResponseBase:
    try:
        piece = _Piece(found.sha256)
    except (StoreError, OSError):
        raise Absent from None
    asked = request.headers.get("Range", "")
    span = _span(asked, piece.size)
    if span is None:
        piece.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{piece.size}"})
    first, last = span
    answer = StreamingHttpResponse(piece.between(first, last), status=206 if asked else 200)
    answer["Content-Type"] = (
        found.media_type if _AUDIO.fullmatch(found.media_type) else "application/octet-stream"
    )
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    if asked:
        answer["Content-Range"] = f"bytes {first}-{last}/{piece.size}"
    return answer


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte that are asked for; the whole without a header that is understood, None when outside."""
    asked = _RANGE.fullmatch(header)
    if asked is None or (asked[1] is None and asked[2] is None):
        return 0, size - 1
    if asked[1] is None:
        first, last = max(0, size - int(asked[2])), size - 1
        return (first, last) if int(asked[2]) else None
    first = int(asked[1])
    last = min(size - 1, int(asked[2])) if asked[2] else size - 1
    return (first, last) if first <= last else None
