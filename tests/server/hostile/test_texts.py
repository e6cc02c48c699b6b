"""Markup and formulas in whatever people and systems can name: text on every screen, in mails and in exports."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Final

import pytest

from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger import models as m
from callwitness.services import comments, publish
from callwitness.services.dirty import mark_unpublished
from callwitness.services.lost import missed_mails
from callwitness.web.tests.walking import Things
from tests.server.hostile.given import MARKUP, place_of, routes
from tests.server.hostile.screens import look, read

pytestmark = pytest.mark.django_db

CUT: Final = MARKUP[:60]
FORMULAS: Final = (
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "\t=1+1",
    '=HYPERLINK("http://evil.example")',
)


@pytest.fixture
def marked(things: Things) -> Things:
    """The cast, with markup in everything that has a text."""
    cast = things.cast
    workspace, other = cast.workspace, {"workspace": cast.workspace}
    m.Call.objects.filter(**other).update(caller=MARKUP[:60], did=MARKUP[:60], called=MARKUP[:60], queue=MARKUP, trunk=MARKUP, agent=MARKUP,
                                          agents=[MARKUP], witnesses=[MARKUP], flags=[MARKUP], finding_kinds=[MARKUP],
                                          reasons=[{"code": "queue_log_abandon", "params": {"queue": MARKUP, "seconds": 4}}])  # fmt: skip
    m.Witness.objects.filter(call__in=m.Call.objects.filter(**other)).update(
        agent=MARKUP, recording=MARKUP, result="answered"
    )
    m.Record.objects.filter(source__workspace=workspace).update(
        file=MARKUP, row=MARKUP, caller_raw=MARKUP, caller=CUT, called=CUT, did=CUT, queue=MARKUP, agent=MARKUP, extension=CUT, trunk=MARKUP,
        cause=MARKUP, recording=MARKUP,
    )  # fmt: skip
    m.Finding.objects.filter(**other).update(
        left_source=CUT, left_value=MARKUP, right_source=CUT, right_value=MARKUP
    )
    m.LostCase.objects.filter(**other).update(caller=CUT, line=CUT, owner=MARKUP)
    m.Evidence.objects.filter(source__workspace=workspace).update(
        name=MARKUP, problem=MARKUP, notes=[["same_bytes_twice", {"file": MARKUP}]]
    )
    for at, source in enumerate(m.Source.objects.filter(**other)):
        m.Source.objects.filter(pk=source.pk).update(
            name=f"{at}{CUT}"[:60], folder=MARKUP, options={"a": MARKUP}
        )
        evidence = m.Evidence.objects.filter(source=source).first()
        if evidence:
            m.RejectedRow.objects.create(
                evidence=evidence, file=MARKUP, row=MARKUP, reason=MARKUP, raw=MARKUP
            )
    for model in (m.Team, m.Agent, m.Project):
        for row in model.objects.filter(**other):
            model.objects.filter(pk=row.pk).update(name=f"{row.pk}{MARKUP}"[:120])
    m.Extension.objects.filter(agent__workspace=workspace).update(value=MARKUP)
    m.Number.objects.filter(**other).update(name=MARKUP, advertising=MARKUP)
    m.Line.objects.filter(**other).update(trunk=MARKUP, name=MARKUP, office=MARKUP)
    m.Party.objects.filter(project__workspace=workspace).update(name=MARKUP)
    m.Workspace.objects.filter(pk=workspace.pk).update(name=MARKUP)
    call = cast.calls["answered"]
    m.Comment.objects.create(
        call=call,
        anchor_source=call.anchor_source,
        anchor_native_id="1",
        author=cast.olga.user,
        text=MARKUP,
        at=1,
    )
    m.FindingNote.objects.create(
        workspace=workspace, key="f-disputed", by=cast.olga.user, at=1, state="accepted", text=MARKUP
    )
    m.SavedView.objects.create(workspace=workspace, owner=cast.olga.user, name=MARKUP, query="", shared=True,
                               colours=[{"column": "agent", "operation": "is", "value": MARKUP, "colour": "lost"}])  # fmt: skip
    m.Audit.objects.create(
        workspace=workspace,
        user=cast.olga.user,
        at=1,
        action="upload",
        what=MARKUP,
        details={MARKUP: MARKUP},
        address="",
    )
    type(cast.olga.user).objects.filter(pk__in=[person.user.pk for person in cast.people.values()]).update(
        name=MARKUP
    )
    mark_unpublished(
        workspace.pk, {each.started_at // 86_400_000 for each in m.Call.objects.filter(**other)}, cast.now
    )
    publish.publish_dirty(cast.now)
    return things


EVERY_COLUMN: Final = "?period=all&columns=" + ",".join(VIEW_COLUMNS)


def test_markup_is_text_on_every_screen(marked: Things) -> None:
    cast = marked.cast
    places = [
        place_of(route, marked)
        for route in routes()
        if route.screen not in ("admin", "account_logout", "health") and ":?" not in route.name
    ]
    places += [
        cast.url(f"calls/{EVERY_COLUMN}"),
        *(
            cast.url(f"calls/groups/?period=all&group={name}")
            for name, column in VIEW_COLUMNS.items()
            if column.group
        ),
    ]
    places += [cast.url(f"calls/values/?_column={name}&period=all") for name in VIEW_COLUMNS]
    for person in (cast.olga, cast.maxim, cast.ivanna, cast.agency, cast.auditor):
        wrong, shown = look(person.client, places)
        assert wrong == []
        assert len(shown) > (40 if person is cast.olga else 5)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_exports_hold_texts_and_no_formulas(marked: Things, kind: str, data: Path) -> None:  # noqa: ARG001 the store
    cast = marked.cast
    names = list(cast.calls.values())
    for call, text in zip(
        names, (*FORMULAS, '#import "/etc/passwd": * \n = Title $x$ [a] `b` @c <d>', MARKUP), strict=False
    ):
        m.Call.objects.filter(pk=call.pk).update(agent=text, agents=[text], queue=text, trunk=text)
    answer = cast.olga.client.get(cast.url(f"calls/export/{EVERY_COLUMN}&format={kind}"))
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # not asynchronous here
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
        assert any(cell.startswith("'=") for cell in cells)
        assert not [cell for cell in cells if cell[:1] in "=@\t\r" and cell]
        assert not [cell for cell in cells if cell[:1] in "+-" and "cmd" in cell]
    elif kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        assert not [
            name for name, part in parts.items() if b"<f>" in part or b"<f " in part or b"<hyperlink" in part
        ]
    else:
        assert body.startswith(b"%PDF-")
        assert b"/JavaScript" not in body
        assert b"evil.example" not in body


def test_mails_hold_the_markup_as_text(marked: Things) -> None:
    cast = marked.cast
    m.Team.objects.filter(workspace=cast.workspace).update(missed_mail=m.Team.AT_ONCE, sla_minutes=1)
    missed_mails.queue_due(cast.now)
    comments.add(cast.olga.scope, cast.calls["answered"], f"@{MARKUP} {MARKUP}", own_side=False, now=cast.now)
    letters = list(m.Mail.objects.all())
    assert [letter for letter in letters if letter.html]
    assert any(MARKUP[:20] in "".join(read(letter.html).text) for letter in letters)
    for letter in letters:
        assert read(letter.html).alive == []
        assert "\n" not in letter.subject
