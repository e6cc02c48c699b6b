"""What a restored folder still needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.ledger import models as m
from callwitness.ledger.inbox import Arrival, SqliteInbox
from callwitness.services.running.restore import forget_warehouse, number_on

pytestmark = pytest.mark.django_db
DAY_MS = 86_400_000


@pytest.fixture
def source(data: Path) -> m.Source:  # noqa: ARG001 the data folder
    workspace = m.Workspace.objects.create(slug="acme", name="Acme")
    return m.Source.objects.create(workspace=workspace, name="office", role="office")


def test_a_letter_after_the_restore_is_not_taken_for_one_that_the_ledger_has(
    source: m.Source, tmp_path: Path
) -> None:
    inbox = SqliteInbox(tmp_path / "inbox.sqlite3")
    inbox.append([Arrival(source.pk, 1, "text/plain", b"in the copy")])
    [copied] = inbox.after(0, 10)
    inbox.close()
    m.Source.objects.filter(pk=source.pk).update(hook_position=copied.seq + 5)
    number_on(tmp_path / "inbox.sqlite3")
    inbox.append([Arrival(source.pk, 2, "text/plain", b"new")])
    assert [letter.seq > copied.seq + 5 for letter in inbox.after(0, 10)] == [False, True]
    inbox.close()


def test_the_days_on_which_calls_start_are_published_again(source: m.Source) -> None:
    m.Call.objects.create(
        workspace=source.workspace, public_id="c1", anchor_source=source, anchor_native_id="1", day=20_000,
        started_at=20_001 * DAY_MS + 5,
    )  # fmt: skip
    forget_warehouse(1)
    assert list(m.UnpublishedDay.objects.values_list("day", flat=True)) == [20_001]
