"""Original lines of a witness."""

from __future__ import annotations

import io

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.web.ui.cast import Cast

LINES = b"id,start,from,to,answered\nA1,2026-11-21 14:03:07,+380500001234,+380500000100,<b>no</b>\n"


@pytest.fixture
def kept(shown: Cast) -> m.Witness:
    """The abandoned call's witness, its line in kept bytes."""
    stored = evidence_store().put(io.BytesIO(LINES), 1 << 20)
    source = shown.sources["exchange"]
    evidence = m.Evidence.objects.create(
        source=source, sha256=stored.sha256, name="calls.csv", size=stored.size, how="upload", arrived_at=shown.now,
        adapter="spreadsheet", state="read",
    )  # fmt: skip
    witness = m.Witness.objects.get(call=shown.calls["abandoned"])
    m.Record.objects.create(
        source=source, evidence=evidence, record_id="r1", file="calls.csv", row="2", kind="call", witness="list",
        native_call_id=witness.native_call_id, started_at=shown.now,
    )  # fmt: skip
    return witness


def test_a_witness_opens_its_original_line_as_text(shown: Cast, kept: m.Witness) -> None:
    answer = shown.olga.client.get(shown.url(f"call/c-abandoned/witness/{kept.pk}/"))
    page = answer.content.decode()
    assert "A1,2026-11-21 14:03:07" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "calls.csv" in page


def test_a_single_line_is_read_when_asked_for(shown: Cast, kept: m.Witness) -> None:
    record = m.Record.objects.get()
    address = shown.url(f"call/c-abandoned/witness/{kept.pk}/line/{record.pk}/")
    assert b"A1,2026-11-21" in shown.olga.client.get(address).content
    assert shown.olga.client.get(address.replace(f"/{record.pk}/", "/999999/")).status_code == 404
    assert shown.agency.client.get(address).status_code == 404


def test_bytes_that_are_gone_are_said_to_be_gone(shown: Cast, kept: m.Witness) -> None:
    evidence_store().delete(m.Evidence.objects.get().sha256)
    page = shown.olga.client.get(shown.url(f"call/c-abandoned/witness/{kept.pk}/")).content.decode()
    assert "cannot be read any more" in page


def test_untouched_lines_are_not_for_whom_numbers_are_masked(shown: Cast, kept: m.Witness) -> None:
    m.Membership.objects.filter(user=shown.olga.user).update(mask_numbers=True)
    answer = shown.olga.client.get(shown.url(f"call/c-abandoned/witness/{kept.pk}/"))
    assert answer.status_code == 404


def test_the_other_side_an_operator_and_strangers_open_nothing(shown: Cast, kept: m.Witness) -> None:
    address = shown.url(f"call/c-abandoned/witness/{kept.pk}/")
    assert shown.client_side.client.get(address).status_code == 200
    for who in (shown.agency, shown.ivanna, shown.stranger):
        assert who.client.get(address).status_code == 404
    assert shown.anonymous.get(address).status_code == 302
    assert shown.olga.client.post(address).status_code == 405
    assert shown.olga.client.get(shown.url(f"call/c-answered/witness/{kept.pk}/")).status_code == 404
