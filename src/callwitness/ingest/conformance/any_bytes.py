"""Rule: any bytes are read to the end or refused with a sentence; never a crash, never a row lost."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.conformance.subject import Outcome, Subject, read_all
from callwitness.ingest.conformance.tables import problem_of
from callwitness.ingest.contract import EvidenceFile


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome over all damaged inputs."""
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, data in damaged(subject):
            count += 1
            problem = _try(subject, Path(folder), name, data)
            if problem:
                yield Outcome("any_bytes", False, f"{name}: {problem}")
                return
    yield Outcome("any_bytes", True, f"{count} damaged files read or refused with a sentence")


def damaged(subject: Subject) -> Iterator[tuple[str, bytes]]:
    """Damaged forms of the samples, and inputs that are nobody's."""
    yield from (
        ("empty", b""),
        ("newlines", b"\n" * 100),
        ("zeros", b"\0" * 5000),
        ("noise", noise("noise", 20_000)),
    )
    yield "one long line", b"a;" * 1_500_000
    yield "open quotes", b'"' * 3001 + b'\n;"a;\n'
    yield "binary after text", b"Date;Phone\n" + noise("tail", 3000)
    for path in subject.samples:
        data = path.read_bytes()
        name = path.name
        yield from (
            (f"{name} cut in the middle", data[: len(data) // 2]),
            (f"{name} cut by a byte", data[:-1]),
        )
        yield f"{name} with CR", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
        yield f"{name} with NUL", data.replace(b";", b";\0").replace(b",", b",\0")
        yield f"{name} with a stray quote", data[:200] + b'"' + data[200:]
        yield f"{name} with noise inside", data[: len(data) // 3] + noise(name, 300) + data[len(data) // 3 :]
        yield f"{name} with lines turned round", b"\n".join(reversed(data.split(b"\n")))
        yield f"{name} as UTF-16", data.decode("utf-8", "replace").encode("utf-16")


def noise(seed: str, length: int) -> bytes:
    """Bytes without meaning, the same for a seed."""
    blocks = (hashlib.sha256(f"{seed}{at}".encode()).digest() for at in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _try(subject: Subject, folder: Path, name: str, data: bytes) -> str | None:
    path = folder / "input"
    path.write_bytes(data)
    file = EvidenceFile(name, path, hashlib.sha256(data).hexdigest(), len(data))
    try:
        subject.adapter.recognise(data[:65_536], name)
        return problem_of(read_all(subject, [file]))
    except UnreadableEvidence as problem:
        return None if problem.expected else "refused without a sentence"
    except Exception as problem:  # noqa: BLE001 the rule is that nothing else comes out
        return f"{type(problem).__name__}: {str(problem)[:200]}"
