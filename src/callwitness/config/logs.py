"""Logs of the server: text or JSON lines on standard error, without personal data.

Long digit runs (numbers of callers) and mail addresses are shortened wherever they come from, a library's error
message included; at level ``debug`` they are left whole.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
import time
from typing import Final

LEVELS: Final = ("debug", "info", "warning", "error")
_DIGITS: Final = re.compile(r"\+?\d[\d -]{5,}\d")
_MAIL: Final = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*)")
_OWN: Final = frozenset(
    vars(logging.LogRecord("", 0, "", 0, "", None, None)) | {"message": "", "asctime": "", "taskName": ""}
)


def configure(kind: str, level: str = "info") -> None:
    """Everything to standard error. kind: ``text`` | ``json``; level: one of LEVELS."""
    formatter = JsonLines if kind == "json" else TextLines
    whole = level == "debug"
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": lambda: formatter(whole=whole)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "callwitness": {"level": level.upper()},
            "django.request": {"level": "CRITICAL"},  # callwitness.web tells of every request, errors included
            "django.security": {"level": "WARNING"},
        },
    })  # fmt: skip


def shortened(text: str) -> str:
    """The text with numbers and mail addresses cut to what tells them apart."""
    return _MAIL.sub(r"…@\1", _DIGITS.sub(lambda found: f"…{found[0][-2:]}", text))


class TextLines(logging.Formatter):
    """``2026-11-22T05:00:00Z warning callwitness.worker: message key=value``."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.converter = time.gmtime
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        told = _said(self, record, whole=self._whole)
        more = "".join(f" {key}={value}" for key, value in _facts(record).items())
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        return f"{moment} {record.levelname.lower()} {record.name}: {told}{more}"


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``logger``, ``message`` and the record's own facts."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.converter = time.gmtime
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _said(self, record, whole=self._whole),
            **_facts(record),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(formatter: logging.Formatter, record: logging.LogRecord, *, whole: bool) -> str:
    """Message and traceback as one text."""
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + formatter.formatException(record.exc_info)
    return text if whole else shortened(text)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    """What was given as ``extra``; Django hangs whole requests on its records, which are left out."""
    return {
        key: value
        for key, value in vars(record).items()
        if key not in _OWN and isinstance(value, str | int | float)
    }
