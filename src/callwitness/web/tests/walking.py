"""What the walk walks: the routes of the URLconf, and things that stand in their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.urls import URLPattern, URLResolver

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.simulate.recordings import recording
from callwitness.web.accounts.models import OneTimeLink
from callwitness.web.ui.cast import Cast, Person

ANYTHING = "release"
"""Where a part of an address is no thing but a word."""


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of the URLconf. names: of its parts in the address."""

    name: str
    path: str
    view: Callable[..., Any]
    parts: tuple[str, ...]

    @property
    def screen(self) -> str:
        return self.name.partition(":")[0]


def walk(resolver: URLResolver, path: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every pattern, however deep."""
    for pattern in resolver.url_patterns:
        below = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, below, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        else:
            yield Route(
                ":".join([*spaces, pattern.name or "?"]), below, pattern.callback, _parts(resolver, pattern)
            )


def _parts(resolver: URLResolver, pattern: URLPattern) -> tuple[str, ...]:
    return tuple({**resolver.pattern.converters, **pattern.pattern.converters})


class Things:
    """Objects of the workspace that the people walking may see, and the same of another workspace."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.people = {
            "owner": cast.olga, "head": cast.maxim, "operator": cast.ivanna, "party": cast.agency, "auditor": cast.auditor,
        }  # fmt: skip
        self.own = self._of(cast.workspace, cast.calls["answered"], "claimed", "disputed")
        self._foreign_rows(cast)
        self.foreign = self._of(cast.other_workspace, cast.foreign_call, "foreign", "foreign")

    def _of(self, workspace: m.Workspace, call: m.Call, case: str, finding: str) -> dict[str, Any]:
        """Values by ``screen:part`` or ``route:part``."""
        source = m.Source.objects.filter(workspace=workspace).order_by("id")[0]
        witness = m.Witness.objects.create(
            call=call, source=source, native_call_id="1.1", native_ids=["1.1"], match="matched", excluded_because="", rule="",
            started_at=call.started_at, result="answered", agent="", recording="",
        )  # fmt: skip
        evidence = m.Evidence.objects.create(
            source=source, sha256="ab" * 32, name="cdr.csv", size=1, how="upload", arrived_at=1, state="read"
        )
        record = m.Record.objects.create(
            source=source, evidence=evidence, record_id="r1", file="cdr.csv", row="1", kind="leg", witness="cdr",
            native_call_id=witness.native_call_id,
        )  # fmt: skip
        sound = evidence_store().put(BytesIO(recording([("speech", 0.3)], "walk")), 1 << 20)
        kept = m.Recording.objects.create(
            source=source, call=call, name="a.wav", sha256=sound.sha256, size=sound.size, media_type="audio/wav",
            duration_s=0.3, channels=1, arrived_at=1,
        )  # fmt: skip
        m.Hearing.objects.create(
            recording=kept, workspace=workspace, line="+380500000100", sha256=sound.sha256, status="unsure", human_voice_s=0.1,
            confidence=0.3, method="walk", duration_s=0.3, heard_at=1,
        )  # fmt: skip
        m.Transcript.objects.create(
            recording=kept, sha256=sound.sha256, state="written", language="en", engine="walk", written_at=1,
            segments=[{"side": "both", "start_s": 0.0, "end_s": 0.3, "text": "hello", "words": []}],
        )  # fmt: skip
        piece = m.Piece.objects.create(
            workspace=workspace, line="+380500000100", ident="p1", kind="music", duration_s=9.5, heard_in=2
        )
        agent = m.Agent.objects.filter(workspace=workspace).order_by("id")[0]
        link = OneTimeLink.objects.create(
            digest=workspace.slug, workspace=workspace, made_at=1, until_at=2**41
        )
        last = m.Membership.objects.filter(workspace=workspace).order_by("-id")[0]
        return {
            "call:public_id": call.public_id, "call:pk": witness.pk, "call:record": record.pk,
            "call:recording:pk": kept.pk, "call:download:pk": kept.pk, "call:words:pk": kept.pk,
            "doubtful:recording": kept.pk, "lines:piece": piece.pk, "lost:case": f"l-{case}", "findings:key": f"f-{finding}", "sources:pk": source.pk,
            "sources:evidence": evidence.pk, "people:agent": agent.pk,
            "people:extension": m.Extension.objects.filter(agent=agent)[0].pk,
            "people:team": m.Team.objects.filter(workspace=workspace).order_by("id")[0].pk,
            "numbers:number": m.Number.objects.filter(workspace=workspace)[0].pk,
            "lines:line": m.Line.objects.filter(workspace=workspace)[0].pk,
            "projects:project": m.Project.objects.filter(workspace=workspace).order_by("id")[0].pk,
            "members:pk": last.pk, "members:withdraw:pk": link.pk,
        }  # fmt: skip

    def _foreign_rows(self, cast: Cast) -> None:
        """The other workspace has everything too."""
        other = cast.other_workspace
        team = m.Team.objects.create(workspace=other, name="Foreign")
        agent = m.Agent.objects.create(workspace=other, name="Foreign", team=team)
        m.Extension.objects.create(agent=agent, value="900")
        project = m.Project.objects.create(workspace=other, slug="foreign", name="Foreign")
        m.Number.objects.create(workspace=other, value="+380500000900", project=project)
        m.Line.objects.create(workspace=other, trunk="foreign")
        call = cast.foreign_call
        m.LostCase.objects.create(
            workspace=other, public_id="l-foreign", caller="", line="", state="open", derived_state="open", tries=1,
            first_at=1, last_at=1, first_call=call, last_call=call, owner="", why_missed="",
        )  # fmt: skip
        texts = "left_source left_value left_record right_source right_value right_record".split()
        m.Finding.objects.create(
            workspace=other, key="f-foreign", kind="clock_off", severity="minor", bears="", at=1, first_seen_at=1,
            **dict.fromkeys(texts, ""),
        )  # fmt: skip

    def values(self, route: Route, person: Person | None) -> dict[str, Any]:
        """What stands in the address when ``person`` looks at own things; None: at those of the other workspace."""
        told = self.foreign if person is None else self.own
        return {
            part: self._made(route, person) if route.screen == "exports" or route.name in ("calls:edit", "calls:delete")
            else told.get(f"{route.name}:{part}", told.get(f"{route.screen}:{part}", ANYTHING))
            for part in route.parts
            if part != "workspace"
        }  # fmt: skip

    def _made(self, route: Route, person: Person | None) -> int:
        """A view, schedule or delivery of this person."""
        who = person or self.cast.stranger
        assert who.membership is not None
        workspace = who.membership.workspace
        view, _ = m.SavedView.objects.get_or_create(
            workspace=workspace, owner=who.user, name="walk", query=""
        )
        if route.screen == "calls":
            return view.pk
        schedule, _ = m.Schedule.objects.get_or_create(
            view=view, format="csv", target="cabinet", zone="UTC", minute=0, since=0
        )
        if route.name != "exports:file":
            return schedule.pk
        sound = evidence_store().put(BytesIO(b"a,b\n"), 1 << 20)
        delivery, _ = m.Delivery.objects.get_or_create(
            schedule=schedule, due_at=1, state="sent", name="a.csv", sha256=sound.sha256, rows=0, sent_at=1
        )
        return delivery.pk
