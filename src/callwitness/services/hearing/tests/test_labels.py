"""Decisions of people as material for training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.hearing import decisions
from callwitness.services.hearing.job import HearingJob
from callwitness.services.hearing.labels import write_labels
from callwitness.services.hearing.tests.conftest import NOW, Office, SaidEars

pytestmark = pytest.mark.django_db


def heard(office: Office, count: int) -> list[m.Hearing]:
    for _ in range(count):
        office.record()
    job = HearingJob(SaidEars())
    for _ in range(4):
        job(NOW)
    return list(m.Hearing.objects.order_by("pk"))


def test_decided_recordings_become_labels_under_names_that_tell_nothing(
    office: Office, tmp_path: Path
) -> None:
    first, second, _undecided = heard(office, 3)
    decisions.answered_at(first, None, 0.6, NOW)
    decisions.nobody(second, None, NOW)
    decisions.stretch(first, None, "recorded", 0.0, 0.3, NOW)
    decisions.stretch(first, None, "live", 0.3, 0.6, NOW)
    folder = tmp_path / "labels"
    assert write_labels(office.workspace, folder) == 2
    told = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]
    assert [(each["line"], each["seq"], each["answer_at"]) for each in told] == [
        ("acme-1", 0, 0.6),
        ("acme-1", 1, None),
    ]
    assert not [
        name for name in told[0] if name.endswith("_spans")
    ]  # some of them would pass for all of them
    assert (folder / told[0]["file"]).read_bytes()[:4] == b"RIFF"
    assert "+7495" not in (folder / "labels.jsonl").read_text("utf-8")


def test_a_folder_with_something_in_it_is_left_alone(office: Office, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="something in it"):
        write_labels(office.workspace, tmp_path)
