"""From source arguments to files that adapters can read: globs, folders, archives, kinds by content."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.ingest.contract import EvidenceFile, Note
from callwitness.ingest.kit.archives import open_evidence
from callwitness.ingest.registry import recognise
from callwitness.services.arguments import SourceArgument
from callwitness.services.databases import export_table, is_database

HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file, who reads it and with which options."""

    file: EvidenceFile
    adapter: str
    argument: SourceArgument


@dataclass(slots=True)
class SourceEvidence:
    """Everything one source handed in."""

    name: str
    role: str
    files: list[ReadableFile] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def gather(
    arguments: Sequence[SourceArgument], workdir: Path, passwords: Mapping[str, str]
) -> list[SourceEvidence]:
    """The evidence of every source, in order of role and name. passwords: of databases, by source.

    Raises ``UsageError`` for a path that does not exist or a kind nobody (or several) recognise,
    ``UnreadableEvidence`` for an argument from which nothing can be read.
    """
    order = ("provider", "office", "contractor")
    sources: dict[str, SourceEvidence] = {}
    for argument in sorted(arguments, key=lambda a: (order.index(a.role), a.name, a.text)):
        source = sources.setdefault(argument.name, SourceEvidence(argument.name, argument.role))
        _add(source, argument, workdir, passwords.get(argument.name))
    return list(sources.values())


def _add(source: SourceEvidence, argument: SourceArgument, workdir: Path, password: str | None) -> None:
    paths = [export_table(argument, password, workdir)] if is_database(argument.path) else _paths(argument)
    many = len(paths) > 1 or Path(argument.path).is_dir()
    before = len(source.files)
    seen = {readable.file.sha256 + _member(readable.file.name) for readable in source.files}
    same = 0
    for path, shown in paths:
        if path.is_symlink() and many and not _inside(path, Path(argument.path)):
            source.notes.append(
                Note("member_passed_over", {"file": shown, "why": "a link that leads out of the folder"})
            )
            continue
        files, problems = open_evidence(path, workdir, shown)
        if problems and not files and not many:
            raise UnreadableEvidence(problems[0].name, problems[0].sentence)
        source.notes += [Note("member_passed_over", {"file": p.name, "why": p.sentence}) for p in problems]
        inside = many or len(files) > 1
        for file in files:
            key = file.sha256 + _member(file.name)
            if key in seen:
                source.notes.append(Note("same_bytes_twice", {"file": file.name}))
                same += 1
                continue
            seen.add(key)
            _add_file(source, file, argument, inside=inside)
    if len(source.files) == before and not same:
        raise UnreadableEvidence(
            argument.text, "no call records that can be read; expected at least one file of a known kind"
        )


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _member(name: str) -> str:
    return name.partition("!")[2]


def _add_file(source: SourceEvidence, file: EvidenceFile, argument: SourceArgument, *, inside: bool) -> None:
    if argument.adapter is not None:
        source.files.append(ReadableFile(file, argument.adapter, argument))
        return
    with file.open() as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        source.notes.append(Note("empty_file", {"file": file.name}))
        source.files.append(ReadableFile(file, "spreadsheet", argument))
        return
    guesses = recognise(head, file.name)
    if len(guesses) == 1:
        source.files.append(ReadableFile(file, guesses[0].adapter, argument))
    elif inside and not guesses:
        source.notes.append(
            Note("member_passed_over", {"file": file.name, "why": "not a kind of call record that is known"})
        )
    elif not guesses:
        raise UnreadableEvidence(
            file.name, "not a kind of call record that is known; name the adapter: ROLE=ADAPTER:PATH"
        )
    else:
        kinds = ", ".join(f"{guess.adapter} ({guess.why})" for guess in guesses)
        raise UsageError(
            f"{file.name}: could be read by several adapters: {kinds}; name one: ROLE=ADAPTER:PATH"
        )


def _paths(argument: SourceArgument) -> list[tuple[Path, str]]:
    """Existing paths of an argument with the name people see."""
    path = Path(argument.path)
    if path.is_dir():
        return list(_walk(path, argument.path.rstrip("/")))
    if path.exists() or path.is_symlink():
        return [(path, argument.path)]
    found = sorted(glob.glob(argument.path, recursive=True))  # noqa: PTH207 a pattern may be absolute
    if not found:
        raise UsageError(f"{argument.text!r}: no such file, folder or pattern: {argument.path}")
    return [
        pair
        for name in found
        for pair in (_walk(Path(name), name) if Path(name).is_dir() else [(Path(name), name)])
    ]


def _walk(folder: Path, shown: str) -> Iterator[tuple[Path, str]]:
    """Every file below a folder, sorted; hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if not hidden and (path.is_file() or path.is_symlink()):
            yield path, f"{shown}/{relative.as_posix()}"
