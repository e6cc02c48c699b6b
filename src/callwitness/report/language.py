"""The language of a page: gettext catalogues beside this module, English in the code."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "ru", "uk")
DOMAIN: Final = "callwitness"
LOCALE_DIR: Final = Path(__file__).parent / "locale"


def mark(message: str) -> str:
    """Mark a message for the catalogue where it stands in a table; it is translated when it is used."""
    return message


@cache
def translations(lang: str) -> gettext.NullTranslations:
    """The catalogue of one of ``LANGUAGES``; ``ValueError`` for any other language."""
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r}: expected one of {', '.join(LANGUAGES)}")
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[lang])
