"""What lines play: listed, named, counted as an answer, forgotten, played."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from callwitness.ledger import models as m
from callwitness.services.hearing import pieces
from callwitness.web.ui.cast import Cast, Person

LINE = "+380500000100"


@pytest.fixture
def tune(cast: Cast) -> m.Piece:
    others = {"workspace": cast.workspace, "duration_s": 9.5}
    m.Piece.objects.create(line="outbound", ident="b", kind="tone", heard_in=3, **others)
    m.Piece.objects.create(line=LINE, ident="c", kind="music", heard_in=2, forgotten=True, **others)
    m.Piece.objects.create(line=LINE, ident="d", kind="announcement", heard_in=5, **others)
    recording = m.Recording.objects.create(
        source=cast.sources["exchange"], call=cast.calls["answered"], name="x", arrived_at=1, to_hear=False
    )
    m.Hearing.objects.create(
        recording=recording,
        workspace=cast.workspace,
        line=LINE,
        status="answered",
        heard_at=1,
        known=[["a", 0.0, 9.5]],
    )
    return m.Piece.objects.create(line=LINE, ident="a", kind="music", heard_in=14, **others)


def _page(cast: Cast, who: Person, query: str = "") -> str:
    answer = who.client.get(cast.url(f"lines/library/{query}"))
    assert answer.status_code == 200
    return answer.content.decode()


def _do(cast: Cast, who: Person, piece: m.Piece, **fields: str) -> int:
    return int(who.client.post(cast.url(f"lines/library/{piece.pk}/"), fields).status_code)


def test_pieces_of_the_line_with_most_of_them_are_listed_most_heard_first(cast: Cast, tune: m.Piece) -> None:
    page = _page(cast, cast.olga)
    assert "2 prompts and tunes were learned from 1 recordings of +380 50 000 01 00." in page
    assert page.index("heard in 14 recordings") < page.index("heard in 5 recordings")
    assert "heard in 2 recordings" not in page
    assert "heard in 3 recordings" in _page(cast, cast.olga, "?line=outbound")
    assert tune.pk


def test_a_name_is_kept_for_the_library(cast: Cast, tune: m.Piece) -> None:
    assert _do(cast, cast.olga, tune, action="name", name=" Four  Seasons ") == 302
    tune.refresh_from_db()
    assert (tune.name, tune.told) == ("Four Seasons", False)
    assert m.Audit.objects.get(action="piece.change").details["said"] == "name"
    assert "Four Seasons" in _page(cast, cast.auditor)


@pytest.mark.parametrize(
    ("action", "holds"),
    [("answer", lambda piece: piece.counts_as_answer), ("forget", lambda piece: piece.forgotten)],
)
def test_what_changes_hearing_has_its_recordings_heard_again(
    cast: Cast, tune: m.Piece, action: str, holds: Callable[[m.Piece], bool]
) -> None:
    assert _do(cast, cast.olga, tune, action=action) == 302
    tune.refresh_from_db()
    assert holds(tune)
    assert m.Recording.objects.get().to_hear
    assert "Saved. 1 recording is heard again." in _page(cast, cast.olga)


def test_a_piece_is_forgotten_by_a_second_press_only(cast: Cast, tune: m.Piece) -> None:
    page = _page(cast, cast.olga).partition(f'/library/{tune.pk}/"')[2].partition("</article>")[0]
    before, asked = page.split("<details", 1)
    assert 'value="forget"' not in before
    assert asked.index("That cannot be undone.") < asked.index('value="forget"') < asked.index("</details>")


def test_who_may_not_change_numbers_sees_and_changes_nothing(cast: Cast, tune: m.Piece) -> None:
    assert 'name="action"' not in _page(cast, cast.maxim)
    for person in (cast.maxim, cast.auditor, cast.ivanna, cast.agency, cast.stranger):
        assert _do(cast, person, tune, action="forget") == 404
    for person in (cast.ivanna, cast.agency, cast.stranger):
        assert person.client.get(cast.url("lines/library/")).status_code == 404
        assert person.client.get(cast.url(f"lines/library/{tune.pk}/sound/")).status_code == 404
    assert _do(cast, cast.olga, tune, action="eat") == 400
    assert cast.olga.client.get(cast.url("lines/library/?line=nothing")).status_code == 404


def test_a_piece_is_played_where_the_library_has_its_sound(
    cast: Cast, tune: m.Piece, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = data / "clip.flac"
    clip.write_bytes(b"fLaC")
    monkeypatch.setattr(pieces, "clip", lambda piece: clip if piece == tune else None)
    answer = cast.auditor.client.get(cast.url(f"lines/library/{tune.pk}/sound/"))
    assert b"".join(answer.streaming_content) == b"fLaC"  # type: ignore[attr-defined]  # it streams
    assert answer["Content-Type"] == "audio/flac"
    assert m.Audit.objects.get(action="listen").details["piece"] == tune.ident
    other = m.Piece.objects.get(ident="d")
    assert cast.auditor.client.get(cast.url(f"lines/library/{other.pk}/sound/")).status_code == 404
