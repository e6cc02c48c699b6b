"""A mail that reports that there were no calls: in words, or by a table of which only the header is there."""

from __future__ import annotations

import re
from typing import Final

from callwitness.adapters.email_report.key_value import field_of
from callwitness.adapters.email_report.mail import Mail
from callwitness.ingest.kit.html_tables import html_tables, looks_like_html, plain_text

_LONGEST: Final = 2_000
_SAID: Final = re.compile(
    r"\b(звонков|вызовов|обращений|дзвінків|викликів|звернень)(\s+\w+){0,3}\s+"
    r"(нет|не было|не поступало|не зафиксировано|немає|не було|не надходило)\b"
    r"|\b(нет|не было|немає|не було)(\s+\w+)?\s+(звонков|вызовов|обращений|дзвінків|викликів|звернень)\b"
    r"|\bno\s+(\w+\s+)?calls\b|\bthere were no calls\b",
    re.IGNORECASE,
)


def tells_no_calls(mail: Mail) -> bool:
    """Whether one of the texts of a mail without readable rows says that nobody called."""
    return any(_says_so(part.text) for part in mail.parts if part.kind.startswith("text/"))


def _says_so(text: str) -> bool:
    if looks_like_html(text):
        for table in html_tables(text):
            known = sum(field_of(cell) is not None for cell in table.rows[0][1])
            if len(table.rows) == 1 and known > 1:
                return True
        text = plain_text(text)
    return len(text) <= _LONGEST and _SAID.search(text) is not None
