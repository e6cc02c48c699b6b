"""Catalogues of the screens' words: ``python -m callwitness.web.ui.catalogue`` collects new messages and compiles.

Translations are kept; a message nobody says any more goes. New ones stand in the .po files with an empty msgstr until
somebody translates them; run it again then. ``problems`` is what a test holds empty.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from callwitness.report.catalogue import Entry, compiled, entries
from callwitness.web.ui.messages import ROOT, Message, found

LANGUAGES: Final = ("ru", "uk")
FORMS: Final = 3
_RULE: Final = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)
_NAMED: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

Translations = Mapping[Message, tuple[str, ...]]


def source(language: str) -> Path:
    """The .po file of a language."""
    return ROOT / "web" / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> dict[Message, tuple[str, ...]]:
    """Translations as they stand in the .po file: one text, or one a plural form."""
    path = source(language)
    if not path.exists():
        return {}
    return {
        _message(entry): _forms(entry)
        for entry in entries(path.read_text(encoding="utf-8"))
        if entry["msgid"]
    }


def written(language: str, said: Mapping[Message, set[str]], known: Translations) -> str:
    """The .po file with every message that is said, translated as far as it is known."""
    blocks = [
        "\n".join(
            [
                'msgid ""',
                'msgstr ""',
                f'"Language: {language}\\n"',
                '"MIME-Version: 1.0\\n"',
                '"Content-Type: text/plain; charset=UTF-8\\n"',
                '"Content-Transfer-Encoding: 8bit\\n"',
                f'"Plural-Forms: {_RULE}\\n"',
            ]
        )
    ]
    blocks += [_block(message, said[message], known.get(message, ())) for message in sorted(said)]
    return "\n\n".join(blocks) + "\n"


def update() -> int:
    """Write .po and .mo of all languages. How many translations are missing."""
    said = found()
    for language in LANGUAGES:
        path = source(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = written(language, said, read(language))
        path.write_text(text, encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compiled(text))
    return sum(1 for line in problems() if "no translation" in line)


def problems() -> Iterator[str]:
    """What is wrong with the catalogues, one sentence each."""
    said = found()
    for language in LANGUAGES:
        known = read(language)
        for message in sorted(said.keys() - known.keys()):
            yield f"{language}: no translation of {message.text!r}: run python -m callwitness.web.ui.catalogue"
        for message in sorted(known.keys() - said.keys()):
            yield f"{language}: nobody says {message.text!r}: run python -m callwitness.web.ui.catalogue"
        for message, forms in sorted(known.items()):
            yield from (f"{language}: {why} {message.text!r}" for why in _wrong(message, forms))
        path = source(language)
        if path.exists() and path.with_suffix(".mo").read_bytes() != compiled(
            path.read_text(encoding="utf-8")
        ):
            yield f"{language}: django.mo is stale: run python -m callwitness.web.ui.catalogue"


def _wrong(message: Message, forms: tuple[str, ...]) -> Iterator[str]:
    if not all(forms):
        yield "no translation of"
    elif len(forms) != (FORMS if message.plural else 1):
        yield f"{FORMS} plural forms are needed for"
    else:
        wanted = set(_NAMED.findall(message.text + message.plural))
        for form in forms:
            strange = set(_NAMED.findall(form)) - wanted
            lost = set() if message.plural else wanted - set(_NAMED.findall(form))
            if strange or lost:
                yield f"{', '.join(sorted(strange | lost))}: other names in the translation of"


def _message(entry: Entry) -> Message:
    return Message(entry["msgid"], entry.get("msgctxt", ""), entry.get("msgid_plural", ""))


def _forms(entry: Entry) -> tuple[str, ...]:
    return tuple(entry[f"msgstr{n}"] for n in range(FORMS) if f"msgstr{n}" in entry)


def _block(message: Message, places: set[str], known: tuple[str, ...]) -> str:
    lines = [f"#: {place}" for place in sorted(places)]
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if not message.plural:
        return "\n".join([*lines, f"msgstr {_quoted(known[0] if known else '')}"])
    lines.append(f"msgid_plural {_quoted(message.plural)}")
    forms = [*known, *[""] * FORMS][:FORMS]
    return "\n".join([*lines, *(f"msgstr[{n}] {_quoted(form)}" for n, form in enumerate(forms))])


def _quoted(text: str) -> str:
    """One quoted line; a text of several lines stands on several."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    parts = re.split(r"(?<=\\n)", escaped)
    quoted = [f'"{part}"' for part in parts if part]
    return quoted[0] if len(quoted) == 1 else "\n".join(['""', *quoted])


if __name__ == "__main__":
    missing = update()
    sys.stdout.write(f"{missing} translations are missing\n" if missing else "all translated\n")
    sys.exit(1 if missing else 0)
