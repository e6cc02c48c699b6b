"""What piles up without being evidence: sessions that ended, half-written files, the database's own notes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

_HALF_WRITTEN_S: Final = 86_400
_OURS: Final = ("*.tmp", "records/*/*.tmp", "watched/*.tmp", "evidence/incoming/*")
"""Where we write beside a name first. Watched folders lie in the data folder too: what is in them is not ours."""


def tidy(now: int) -> bool:
    """Everything that is due every few hours. now: ms UTC."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    _half_written(settings.SERVER.data, now / 1000)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return False


def _half_written(folder: Path, now_s: float) -> None:
    """Files of a process that was killed while it wrote them; whole ones never end so."""
    for pattern in _OURS:
        for path in folder.glob(pattern):
            with suppress(FileNotFoundError):
                if path.is_file() and now_s - path.stat().st_mtime > _HALF_WRITTEN_S:
                    path.unlink()
