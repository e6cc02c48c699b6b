"""Recordings whose sound has a fault are listed at their source."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def test_recordings_with_a_fault_are_listed_with_what_is_wrong(cast: Cast) -> None:
    for name, silence, problem in (
        ("half.wav", "far", ""),
        ("cut.wav", "", "It is cut short."),
        ("fine.wav", "", ""),
    ):
        kept = m.Recording.objects.create(
            source=cast.sources["exchange"],
            call=cast.calls["answered"],
            name=name,
            arrived_at=1,
            to_hear=False,
        )
        m.Hearing.objects.create(
            recording=kept,
            workspace=cast.workspace,
            line="x",
            status="unsure",
            heard_at=1,
            silence=silence,
            problem=problem,
        )
    source = cast.sources["exchange"]
    told = cast.olga.client.get(cast.url(f"sources/{source.pk}/recordings/")).content.decode()
    assert "2 have a fault." in told
    assert "The answering side is digital silence throughout: a fault of the recording." in told
    assert "It is cut short." in told
    assert "fine.wav" not in told
