"""From source arguments to files that adapters can read: globs, folders, archives, kinds by content."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.ingest.contract import EvidenceFile, Note
from callwitness.ingest.kit.archives import open_evidence
from callwitness.ingest.registry import SURE, adapter_packages, load_adapter, recognise
from callwitness.services.arguments import SourceArgument, readable
from callwitness.services.databases import export_table, is_database
from callwitness.services.options import check_options

HEAD_BYTES = 65_536
_NOTHING = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""Byte order marks and blanks: a file of these alone is an empty one."""


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file, who reads it and with which options. empty: there is nothing in it to read."""

    file: EvidenceFile
    adapter: str
    argument: SourceArgument
    empty: bool = False


@dataclass(slots=True)
class SourceEvidence:
    """Everything one source handed in. naming: what a user does about a file whose kind is not clear."""

    name: str
    role: str
    naming: str = "name the adapter: ROLE=ADAPTER:PATH"
    files: list[ReadableFile] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    contents: set[str] = field(default_factory=set)


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
    paths, many = paths_of(argument, workdir, password)
    before = len(source.files)
    same = 0
    for path, shown in paths:
        if many and leads_out(path, argument.path):
            source.notes.append(
                Note("member_passed_over", {"file": shown, "why": "a link that leads out of the folder"})
            )
            continue
        same += add_opened(source, argument, path, shown, workdir, many=many)
    if len(source.files) == before and not same:
        raise UnreadableEvidence(
            readable(argument.text),
            "no call records that can be read; expected at least one file of a known kind",
        )


def paths_of(
    argument: SourceArgument, workdir: Path, password: str | None
) -> tuple[list[tuple[Path, str]], bool]:
    """The files that an argument means, with the names people see, and whether it may be many.

    A database's table becomes a file in ``workdir``. Raises ``UsageError`` when there are none.
    """
    if is_database(argument.path):
        return [export_table(argument, password, workdir)], False
    return _paths(argument)


def add_opened(
    source: SourceEvidence,
    argument: SourceArgument,
    path: Path,
    shown: str,
    workdir: Path,
    *,
    many: bool,
    most: int | None = None,
) -> int:
    """Open one file on disk, archives into ``workdir``, and add what can be read; how many were there already.

    many: it is one of several, so that what nobody can read is noted instead of refused. most: bytes that may come
    out of an archive. Raises as ``gather``.
    """
    files, problems = open_evidence(path, workdir, shown, most)
    if problems and not files and not many:
        raise UnreadableEvidence(problems[0].name, problems[0].sentence)
    source.notes += [Note("member_passed_over", {"file": p.name, "why": p.sentence}) for p in problems]
    inside, same = many or len(files) > 1, 0
    for file in files:
        content = file.sha256 if file.path == path else _sha256(file)
        if content in source.contents:
            source.notes.append(Note("same_bytes_twice", {"file": file.name}))
            same += 1
            continue
        source.contents.add(content)
        _add_file(source, file, argument, inside=inside)
    return same


def leads_out(path: Path, given: str) -> bool:
    """A link that does not stay in the folder that was given, or for a pattern in its own."""
    if not path.is_symlink():
        return False
    folder = Path(given) if Path(given).is_dir() else path.parent
    try:
        return not path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # leads nowhere, or round in a circle
        return True


def _sha256(file: EvidenceFile) -> str:
    with file.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _add_file(source: SourceEvidence, file: EvidenceFile, argument: SourceArgument, *, inside: bool) -> None:
    with file.open() as stream:
        head = stream.read(HEAD_BYTES)
    empty = file.size <= HEAD_BYTES and not head.strip(_NOTHING)
    if empty:
        source.notes.append(Note("empty_file", {"file": file.name}))
    if empty or argument.adapter is not None:
        adapter = argument.adapter or "spreadsheet"
        check_options(argument, adapter)
        if not empty:
            _refuse_another_kind(file, head, adapter)
        source.files.append(ReadableFile(file, adapter, argument, empty))
        return
    guesses = recognise(head, file.name)
    if len(guesses) == 1:
        check_options(argument, guesses[0].adapter)
        source.files.append(ReadableFile(file, guesses[0].adapter, argument))
    elif inside and not guesses:
        source.notes.append(
            Note("member_passed_over", {"file": file.name, "why": "not a kind of call record that is known"})
        )
    elif not guesses:
        raise UnreadableEvidence(file.name, f"not a kind of call record that is known; {source.naming}")
    else:
        kinds = ", ".join(f"{guess.adapter} ({guess.why})" for guess in guesses)
        raise UsageError(f"{file.name}: could be read by several adapters: {kinds}; {source.naming}")


def _refuse_another_kind(file: EvidenceFile, head: bytes, adapter: str) -> None:
    """The named adapter does not know the file, and another one surely does: a slip, not a wish."""
    if load_adapter(adapter).recognise(head, file.name) is not None:
        return
    for guess in recognise(head, file.name):
        if guess.adapter != adapter and guess.confidence >= SURE:
            raise UnreadableEvidence(
                file.name, f"expected a file for {adapter}, found one for {guess.adapter}: {guess.why}"
            )


def _paths(argument: SourceArgument) -> tuple[list[tuple[Path, str]], bool]:
    """Existing paths of an argument, each once, with the names people see; and whether it may be many files."""
    path = Path(argument.path)
    try:
        if path.is_dir():
            return list(_walk(path, argument.path.rstrip("/") or "/")), True
        if path.exists() or path.is_symlink():
            return [(path, readable(argument.path))], False
        found = sorted(glob.glob(argument.path, recursive=True))  # noqa: PTH207 a pattern may be absolute
    except (OSError, ValueError) as problem:
        raise UsageError(f"{readable(argument.text)[:200]!r}: {problem.args[-1]}") from None
    if not found:
        shown = readable(argument.path)
        kind, colon, _ = argument.path.partition(":")
        if argument.adapter is None and colon and kind.isidentifier() and len(kind) > 1:
            raise UsageError(
                f"{readable(argument.text)!r}: no adapter called {kind!r}, and no such file; adapters are: "
                + ", ".join(adapter_packages())
            )
        raise UsageError(f"{readable(argument.text)!r}: no such file, folder or pattern: {shown}")
    pairs: dict[Path, str] = {}
    for name in found:
        for each, shown in _walk(Path(name), name) if Path(name).is_dir() else [(Path(name), readable(name))]:
            pairs.setdefault(each, shown)
    return list(pairs.items()), len(pairs) > 1 or Path(found[0]).is_dir()


def _walk(folder: Path, shown: str) -> Iterator[tuple[Path, str]]:
    """Everything below a folder that is no folder, sorted; hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if not hidden and (path.is_symlink() or not path.is_dir()):
            yield path, readable(f"{shown}/{relative.as_posix()}")
