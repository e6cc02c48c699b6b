"""Lines: known ones, seen ones, idle ones."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def test_known_seen_and_idle_lines_are_listed_busiest_first(cast: Cast) -> None:
    cast.add_call("elsewhere", "answered", 10, trunk="SIP/trunk-2")
    m.Line.objects.create(workspace=cast.workspace, trunk="ISDN/1", name="Old")
    text = cast.olga.client.get(cast.url("lines/")).content.decode()
    places = [text.index(trunk) for trunk in ("SIP/trunk-1", "SIP/trunk-2", "ISDN/1")]
    assert places == sorted(places)
    assert "seen, not known" in text
    assert "1 carried nothing in 30 days." in text
    assert "trunk=SIP/trunk-2" in text


def test_a_seen_line_gets_a_name(cast: Cast) -> None:
    cast.add_call("elsewhere", "answered", 10, trunk="SIP/trunk-2")
    url = cast.url("lines/new/?trunk=SIP/trunk-2")
    assert 'value="SIP/trunk-2"' in cast.olga.client.get(url).content.decode()
    told = {"trunk": "SIP/trunk-2", "name": "Second", "office": "Kyiv", "channels": 4}
    assert cast.olga.client.post(url, told).status_code == 302
    assert m.Line.objects.get(trunk="SIP/trunk-2").channels == 4


def test_a_line_is_known_once_and_carries_at_least_one_call(cast: Cast) -> None:
    answer = cast.olga.client.post(cast.url("lines/new/"), {"trunk": "SIP/trunk-1", "channels": 0})
    assert answer.status_code == 400
    assert "This line is known already." in answer.content.decode()


def test_a_line_is_changed_and_forgotten(cast: Cast) -> None:
    line = m.Line.objects.get(workspace=cast.workspace)
    cast.olga.client.post(cast.url(f"lines/{line.pk}/"), {"trunk": line.trunk, "name": "Renamed"})
    line.refresh_from_db()
    assert line.name == "Renamed"
    cast.olga.client.post(cast.url(f"lines/{line.pk}/remove/"))
    assert not m.Line.objects.exists()


def test_only_who_may_see_numbers_sees_lines(cast: Cast) -> None:
    assert cast.maxim.client.get(cast.url("lines/")).status_code == 200
    for person in (cast.ivanna, cast.client_side, cast.stranger):
        assert person.client.get(cast.url("lines/")).status_code == 404


def test_a_head_of_a_team_counts_the_calls_of_the_team_alone(cast: Cast) -> None:
    cast.add_call("elsewhere", "answered", 10, trunk="SIP/not-yours", queue="support")
    assert "SIP/not-yours" in cast.olga.client.get(cast.url("lines/")).content.decode()
    assert "SIP/not-yours" not in cast.maxim.client.get(cast.url("lines/")).content.decode()
