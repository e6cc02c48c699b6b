"""Rule: the folder has a README for people, samples and tests."""

from __future__ import annotations

from collections.abc import Iterator

from callwitness.ingest.conformance.subject import Outcome, Subject


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome for each part of the folder."""
    readme = subject.folder / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    yield Outcome(
        "readme",
        len(text.split()) >= 30,
        "README.md tells how to get and read the files" if text else "README.md is missing",
    )
    tests = list((subject.folder / "tests").glob("test_*.py"))
    yield Outcome("tests", bool(tests), f"{len(tests)} test files" if tests else "tests/ has no test files")
    yield Outcome(
        "samples",
        bool(subject.samples),
        f"{len(subject.samples)} samples" if subject.samples else "samples/ is empty",
    )
