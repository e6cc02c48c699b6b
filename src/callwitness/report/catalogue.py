"""Catalogues of translations: the .po files are the source, ``python -m callwitness.report.catalogue`` compiles them.

Reads the part of the PO format that our catalogues use: comments, msgctxt, msgid, msgid_plural, msgstr and msgstr[n]
over several quoted lines. Writes the MO format that the standard library's gettext reads.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callwitness.report.language import LOCALE_DIR

_MAGIC: Final = 0x950412DE
_LINE: Final = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?(".*")')

Entry = dict[str, str]
"""One message: ``msgid``, ``msgid_plural`` where it has one, ``msgstr0``, ``msgstr1``, ..."""


def entries(text: str) -> Iterator[Entry]:
    """The messages of a .po file, its header first; ``ValueError`` on a line that is none of PO."""
    for block in re.split(r"\n\s*\n", text.strip()):
        entry: Entry = {}
        part = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            matched = _LINE.fullmatch(line)
            if matched is None or not (part or matched[1]):
                raise ValueError(f"not a line of a catalogue: {line}")
            if matched[1]:
                part = f"msgstr{matched[2] or 0}" if matched[1] == "msgstr" else matched[1]
            entry[part] = entry.get(part, "") + str(ast.literal_eval(matched[3]))
        if entry:
            yield entry


def compiled(text: str) -> bytes:
    """The .mo file of a .po file: untranslated messages are left out, the rest sorted by their key."""
    messages: dict[bytes, bytes] = {}
    for entry in entries(text):
        forms = [entry[f"msgstr{index}"] for index in range(9) if f"msgstr{index}" in entry]
        if all(forms):
            key = "\0".join([entry["msgid"], *([entry["msgid_plural"]] if "msgid_plural" in entry else [])])
            context = entry["msgctxt"] + "\x04" if "msgctxt" in entry else ""
            messages[(context + key).encode()] = "\0".join(forms).encode()
    keys = sorted(messages)
    start = 28 + 16 * len(keys)
    index: dict[str, list[int]] = {"keys": [], "values": []}
    blob = b""
    for name, strings in (("keys", keys), ("values", [messages[key] for key in keys])):
        for string in strings:
            index[name] += [len(string), start + len(blob)]
            blob += string + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    numbers = [*index["keys"], *index["values"]]
    return head + struct.pack(f"<{len(numbers)}I", *numbers) + blob


def sources() -> list[Path]:
    """The .po files beside this module."""
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/*.po"))


if __name__ == "__main__":
    for source in sources():
        source.with_suffix(".mo").write_bytes(compiled(source.read_text(encoding="utf-8")))
