"""``callwitness words``: recordings in, what was said live in them out."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from callwitness.cli.listen import need_sound
from callwitness.domain.errors import CallwitnessError, UsageError

if TYPE_CHECKING:
    from callwitness.audio.heard import Heard
    from callwitness.audio.words.engine import Engine
    from callwitness.audio.words.transcript import Transcript
    from callwitness.services.listening.gather import Input

KEY: Final = "CALLWITNESS_SPEECH_KEY"
_IN_A_ROW: Final = 3
"""So many recordings that fail one after another end the command: the next one would fail as well."""


class Language(StrEnum):
    """Languages that are asked for; engines guess badly when nobody tells."""

    en = "en"
    ru = "ru"
    uk = "uk"


def words_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Recordings, or folders of them.")],
    *,
    engine: Annotated[str, typer.Option("--engine", help="whisper, google, openai, or one of a plug-in.")],
    language: Annotated[Language, typer.Option("--language", help="What is spoken.")],
    model: Annotated[str, typer.Option("--model", help="Folder or package of a Whisper model; else the service's name for it.")] = "",
    url: Annotated[str, typer.Option("--url", help="Address of the service, e.g. http://127.0.0.1:8000/v1.")] = "",
    project: Annotated[str, typer.Option("--project", help="Project of Google Cloud, NAME or NAME/LOCATION.")] = "",
    beam: Annotated[int, typer.Option("--beam", help="Whisper: 1 is quickest, 5 most careful.")] = 5,
    heard: Annotated[Path | None, typer.Option("--heard", help="What callwitness listen wrote about these recordings; default: they are heard first.")] = None,
) -> None:  # fmt: skip
    """Tell what was said live in recordings: one JSON line for each. A key is taken from CALLWITNESS_SPEECH_KEY."""
    need_sound()
    from callwitness.services.listening.gather import gather  # noqa: PLC0415 needs the extra audio
    from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine  # noqa: PLC0415 as above

    given = gather(paths)
    options = EngineOptions(model, url, project, _key(), beam, _own_hosts(url))
    ready = make_engine(engine, options)
    facts = _heard(given.inputs) if heard is None else _facts(heard)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for each in _transcripts(given.inputs, facts, ready, str(language)):
        sys.stdout.write(json.dumps(each.row(), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _transcripts(
    inputs: Sequence[Input], facts: Mapping[str, Heard], engine: Engine, language: str
) -> Iterator[Transcript]:
    """One for each input, in their order; what fails says why in ``problem``."""
    from callwitness.audio.words.engine import EngineFailed  # noqa: PLC0415 needs the extra audio
    from callwitness.audio.words.transcript import Transcript  # noqa: PLC0415 as above
    from callwitness.services.transcripts.reading import read_words  # noqa: PLC0415 as above

    failed = 0
    for each in inputs:
        heard = facts.get(each.file)
        if heard is None or heard.status == "unreadable":
            why = (
                heard.problem if heard else "Nothing is known of this recording: it is not among those heard."
            )
            yield Transcript(each.file, language, engine.name, problem=why)
            continue
        try:
            yield read_words(each.path, heard, engine, language)
            failed = 0
        except CallwitnessError as problem:
            failed += isinstance(problem, EngineFailed)
            yield Transcript(each.file, language, engine.name, problem=str(problem))
            if failed >= _IN_A_ROW:
                raise UsageError(f"{failed} recordings in a row gave no words: {problem}") from None


def _heard(inputs: Sequence[Input]) -> dict[str, Heard]:
    """The recordings heard as those of one line."""
    from callwitness.services.listening.lines import one_line  # noqa: PLC0415 needs the extra audio
    from callwitness.services.listening.run import listen  # noqa: PLC0415 as above

    return {each.file: each for each in listen(inputs, one_line(inputs).of)}


def _facts(path: Path) -> dict[str, Heard]:
    from callwitness.services.transcripts.reading import read_facts  # noqa: PLC0415 needs the extra audio

    facts, notes = read_facts(path)
    for note in notes:
        typer.echo(note, err=True)
    return facts


def _key() -> str:
    """From the environment, or from the file that it names: arguments are seen by everybody on the machine."""
    file = os.environ.get(f"{KEY}_FILE", "")
    if not file:
        return os.environ.get(KEY, "").strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{KEY}_FILE: {file}: cannot be read: {problem}") from None


def _own_hosts(url: str) -> frozenset[str]:
    """Who types an address means it, also one of the own network."""
    host = urlsplit(url).hostname
    return frozenset({host} if host else ())
