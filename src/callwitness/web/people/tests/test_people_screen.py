"""People: what each role sees of them, and what changes about them do to calls."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def page(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def people_of(call: m.Call) -> dict[str, bool]:
    return dict(call.people.values_list("agent__name", "talked"))


def rung(call: m.Call, *texts: str) -> None:
    """The legs of a call: phones of the exchange that rang."""
    legs = [{"agent": text, "extension": None, "role": "office", "human": False} for text in texts]
    m.Ladder.objects.update_or_create(call=call, defaults={"legs": legs})


def test_the_owner_sees_teams_agents_and_their_figures(cast: Cast) -> None:
    text = page(cast.olga.client, cast.url("people/"))
    assert "2 agents take calls here." in text
    assert "Ivanna" in text
    assert "period=last_30_days&amp;agent=Ivanna" in text
    assert "New agent" in text


def test_a_head_sees_the_own_group_alone_and_changes_nothing(cast: Cast) -> None:
    text = page(cast.maxim.client, cast.url("people/"))
    assert "Ivanna" in text
    assert "Petro" not in text
    assert "New agent" not in text
    assert cast.maxim.client.get(cast.url(f"people/agents/{cast.agents['petro'].pk}/")).status_code == 404
    assert cast.maxim.client.post(cast.url("people/agents/new/"), {"name": "Eva"}).status_code == 404


def test_operators_and_marketers_find_no_such_screen(cast: Cast) -> None:
    for person in (cast.ivanna, cast.agency, cast.client_side, cast.stranger):
        assert person.client.get(cast.url("people/")).status_code == 404


def test_an_unknown_extension_becomes_an_agent_with_its_calls(cast: Cast) -> None:
    call = cast.calls["abandoned"]
    rung(call, "105", "106")
    assert "105" in page(cast.olga.client, cast.url("people/"))
    answer = cast.olga.client.post(cast.url("people/adopt/"), {"text": ["105", "nobody ever"]}, follow=True)
    assert "1 agent was made" in answer.content.decode()
    assert people_of(call) == {"105": False}
    assert not m.Agent.objects.filter(name="nobody ever").exists()
    assert m.Audit.objects.filter(action="people.adopt").exists()


def test_an_extension_passes_to_a_colleague_at_a_moment(cast: Cast) -> None:
    call, petro = cast.calls["missed"], cast.agents["petro"]
    rung(call, "101")
    mine = m.Extension.objects.get(value="101")
    answer = cast.olga.client.post(
        cast.url(f"people/agents/{petro.pk}/extensions/"), {"value": "101", "from_at": "", "to_at": ""}
    )
    assert answer.status_code == 400
    assert "Ivanna has it in this time." in answer.content.decode()
    cast.olga.client.post(cast.url(f"people/extensions/{mine.pk}/end/"), {"to_at": "2020-01-01T10:00"})
    assert people_of(call) == {}
    cast.olga.client.post(
        cast.url(f"people/agents/{petro.pk}/extensions/"), {"value": "101", "from_at": "2020-01-01T10:00"}
    )
    assert people_of(call) == {"Petro": False}
    mine.refresh_from_db()
    assert mine.to_at == 1_577_865_600_000  # ten in Kyiv


def test_an_end_before_the_beginning_is_refused(cast: Cast) -> None:
    extension = m.Extension.objects.get(value="102")
    m.Extension.objects.filter(pk=extension.pk).update(from_at=1_700_000_000_000)
    url = cast.url(f"people/extensions/{extension.pk}/end/")
    answer = cast.olga.client.post(url, {"to_at": "2001-01-01T10:00"}, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert m.Extension.objects.get(pk=extension.pk).to_at is None


def test_a_removed_extension_takes_its_calls_away(cast: Cast) -> None:
    call = cast.calls["missed"]
    rung(call, "101")
    extension = m.Extension.objects.get(value="101")
    cast.olga.client.post(cast.url(f"people/extensions/{extension.pk}/remove/"))
    assert people_of(call) == {}


def test_another_name_makes_the_calls_be_told_again(cast: Cast) -> None:
    ivanna = cast.agents["ivanna"]
    url = cast.url(f"people/agents/{ivanna.pk}/edit/")
    told = {
        "name": "Ivanna Kovalchuk",
        "team": cast.teams["support"].pk,
        "user": cast.ivanna.user.pk,
        "active": "on",
    }
    assert cast.olga.client.post(url, told).status_code == 302
    ivanna.refresh_from_db()
    assert (ivanna.name, ivanna.team) == ("Ivanna Kovalchuk", cast.teams["support"])
    assert m.DirtyDay.objects.filter(workspace=cast.workspace).exists()
    assert m.UnpublishedDay.objects.filter(workspace=cast.workspace).exists()


def test_names_of_agents_and_teams_are_unique_in_any_case(cast: Cast) -> None:
    answer = cast.olga.client.post(cast.url("people/agents/new/"), {"name": "IVANNA"})
    assert "Another agent has this name already." in answer.content.decode()
    answer = cast.olga.client.post(
        cast.url("people/teams/new/"),
        {"name": "sales", "sla_minutes": 5, "missed_mail": "never", "digest_hour": 9},
    )
    assert "Another team has this name already." in answer.content.decode()


def test_an_agent_cannot_be_given_an_account_or_team_of_another_workspace(cast: Cast) -> None:
    foreign = m.Team.objects.create(workspace=cast.other_workspace, name="Foreign")
    for wrong in ({"user": cast.stranger.user.pk}, {"team": foreign.pk}):
        answer = cast.olga.client.post(cast.url("people/agents/new/"), {"name": "Eva", **wrong})
        assert answer.status_code == 400
    assert not m.Agent.objects.filter(name="Eva").exists()


def test_a_queue_belongs_to_one_team(cast: Cast) -> None:
    told = {
        "name": "Third",
        "sla_minutes": 15,
        "missed_mail": "at_once",
        "digest_hour": 9,
        "queue_names": "sales\nvip",
    }
    answer = cast.olga.client.post(cast.url("people/teams/new/"), told)
    assert "The queue sales belongs to the team Sales." in answer.content.decode()
    told["queue_names"] = "vip\n\nvip\n"
    assert cast.olga.client.post(cast.url("people/teams/new/"), told).status_code == 302
    assert m.Team.objects.get(name="Third").queues == ["vip"]


def test_a_team_goes_and_its_agents_stay(cast: Cast) -> None:
    cast.olga.client.post(cast.url(f"people/teams/{cast.teams['sales'].pk}/remove/"))
    cast.agents["ivanna"].refresh_from_db()
    assert cast.agents["ivanna"].team is None


def test_a_list_is_taken_and_its_bad_rows_are_told(cast: Cast) -> None:
    text = "ФИО;Внутренний номер;Группа;Почта\nОльга;110;Sales;ivanna@callwitness.example\n;111\nPetro;101\nEva;;;x@y.example\n"
    file = SimpleUploadedFile("people.csv", text.encode("cp1251"))
    answer = cast.olga.client.post(cast.url("people/import/"), {"list": file})
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "2 agents are new." in said
    assert "3 rows need a look." in said
    assert "101: Ivanna" in said
    olga = m.Agent.objects.get(name="Ольга")
    assert (olga.team, olga.user) == (cast.teams["sales"], cast.ivanna.user)
    assert olga.extensions.get().value == "110"


def test_what_is_no_list_is_refused_in_a_sentence(cast: Cast) -> None:
    for data, sentence in (
        (b"\x00\x01\x02" * 50, "no text table"),
        (b"", "no rows"),
        (b"a;b\n" * 6000, "5,000 rows"),
    ):
        answer = cast.olga.client.post(
            cast.url("people/import/"), {"list": SimpleUploadedFile("x.csv", data)}
        )
        assert answer.status_code == 400
        assert sentence in answer.content.decode()


def test_names_from_calls_are_shown_as_text(cast: Cast) -> None:
    rung(cast.calls["missed"], "<script>alert(1)</script>")
    text = page(cast.olga.client, cast.url("people/"))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_agents_are_found_by_name_and_team(cast: Cast) -> None:
    text = page(cast.olga.client, cast.url("people/"), find="pet")
    assert f"agents/{cast.agents['petro'].pk}/" in text
    assert f"agents/{cast.agents['ivanna'].pk}/" not in text
    text = page(cast.olga.client, cast.url("people/"), team=str(cast.teams["sales"].pk))
    assert f"agents/{cast.agents['ivanna'].pk}/" in text
    assert f"agents/{cast.agents['petro'].pk}/" not in text
