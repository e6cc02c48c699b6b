"""The cast of all screens' tests: one workspace with its people and a few calls, a stranger, and somebody signed out.

Everything is made through plain rows, so that a screen is tested against what the ledger says, not against what made it.
Calls lie within the last hours: ask for ``period=all`` or ``last_7_days``, days may turn while a test runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.test import Client

from callwitness.ledger import access
from callwitness.ledger import models as m

PASSWORD: Final = "correct horse battery"  # noqa: S105 the invented people's own
_MINUTE: Final = 60_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser. membership is None for who belongs to no workspace."""

    user: Any
    client: Client
    membership: m.Membership | None = None

    @property
    def scope(self) -> access.Scope:
        """What this person sees of the own workspace."""
        assert self.membership is not None  # noqa: S101 asked of members only
        return access.scope_of(self.user, self.membership.workspace.slug)


@dataclass(slots=True)
class Cast:
    """Who and what there is. calls by name: answered (Ivanna), abandoned (queue sales), never_arrived, missed (rang Ivanna),
    outbound (Ivanna), internal, support (Petro, queue support), other_project (queue sales, project of others).

    sources: ``mango`` (neutral provider, agency's side) and ``exchange`` (office, client's side). lost: waiting (abandoned),
    claimed (missed, by Maxim). findings: disputed (of abandoned), arrival (of never_arrived), silent (of no call).
    """

    workspace: m.Workspace
    other_workspace: m.Workspace
    now: int = field(default_factory=lambda: int(time.time() * 1000))
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, m.Team] = field(default_factory=dict)
    agents: dict[str, m.Agent] = field(default_factory=dict)
    projects: dict[str, m.Project] = field(default_factory=dict)
    parties: dict[str, m.Party] = field(default_factory=dict)
    sources: dict[str, m.Source] = field(default_factory=dict)
    calls: dict[str, m.Call] = field(default_factory=dict)
    lost: dict[str, m.LostCase] = field(default_factory=dict)
    findings: dict[str, m.Finding] = field(default_factory=dict)
    foreign_call: m.Call = field(init=False)

    @property
    def olga(self) -> Person:
        """Owner."""
        return self.people["olga"]

    @property
    def maxim(self) -> Person:
        """Manager: head of the team sales."""
        return self.people["maxim"]

    @property
    def ivanna(self) -> Person:
        """Operator of the team sales, the agent Ivanna."""
        return self.people["ivanna"]

    @property
    def agency(self) -> Person:
        """Marta, marketer of the agency's side of the project shop."""
        return self.people["marta"]

    @property
    def client_side(self) -> Person:
        """Roman, marketer of the client's side of the project shop."""
        return self.people["roman"]

    @property
    def auditor(self) -> Person:
        """Sees everything, changes nothing."""
        return self.people["andriy"]

    @property
    def stranger(self) -> Person:
        """Owner of another workspace."""
        return self.people["stefan"]

    @property
    def anonymous(self) -> Client:
        """A browser where nobody is signed in."""
        return Client()

    def url(self, rest: str = "") -> str:
        """An address of the workspace: ``cast.url("calls/")``."""
        return f"/w/{self.workspace.slug}/{rest}"

    def add_call(self, name: str, verdict: str, minutes_ago: int, **changes: Any) -> m.Call:
        """One more call of the workspace under a name; changes are columns."""
        call = _call(
            self.workspace,
            self.sources["exchange"],
            name,
            verdict,
            self.now - minutes_ago * _MINUTE,
            **changes,
        )
        self.calls[name] = call
        return call


def make_cast() -> Cast:
    """The whole cast in the database at hand."""
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Kyiv", country="UA")
    other = m.Workspace.objects.create(slug="other", name="Other", zone="UTC")
    cast = Cast(acme, other)
    _structure(cast)
    _people(cast)
    _calls(cast)
    _findings_and_cases(cast)
    return cast


def _structure(cast: Cast) -> None:
    workspace = cast.workspace
    for slug in ("shop", "clinic"):
        cast.projects[slug] = m.Project.objects.create(workspace=workspace, slug=slug, name=slug.title())
    for side in (m.Party.AGENCY, m.Party.CLIENT):
        cast.parties[side] = m.Party.objects.create(
            project=cast.projects["shop"], side=side, name=side.title()
        )
    for name in ("sales", "support"):
        cast.teams[name] = m.Team.objects.create(workspace=workspace, name=name.title(), queues=[name])
    for name, team in (("Ivanna", "sales"), ("Petro", "support")):
        agent = m.Agent.objects.create(workspace=workspace, name=name, team=cast.teams[team])
        m.Extension.objects.create(agent=agent, value="101" if name == "Ivanna" else "102")
        cast.agents[name.lower()] = agent
    cast.sources["mango"] = m.Source.objects.create(
        workspace=workspace, name="mango", role="provider", adapter="mango", neutral=True,
        party=cast.parties["agency"], last_evidence_at=cast.now - 2 * _MINUTE, last_record_at=cast.now - 5 * _MINUTE,
    )  # fmt: skip
    cast.sources["exchange"] = m.Source.objects.create(
        workspace=workspace, name="exchange", role="office", adapter="asterisk", party=cast.parties["client"],
        last_evidence_at=cast.now - _MINUTE, last_record_at=cast.now - _MINUTE,
    )  # fmt: skip
    m.Number.objects.create(
        workspace=workspace, value="+380500000100", name="Hotline", project=cast.projects["shop"]
    )
    m.Line.objects.create(workspace=workspace, trunk="SIP/trunk-1", name="Main line", channels=8)


def _people(cast: Cast) -> None:
    roles = (
        ("olga", m.Membership.OWNER, None),
        ("maxim", m.Membership.MANAGER, None),
        ("ivanna", m.Membership.OPERATOR, None),
        ("marta", m.Membership.MARKETER, "agency"),
        ("roman", m.Membership.MARKETER, "client"),
        ("andriy", m.Membership.AUDITOR, None),
    )
    for name, role, side in roles:
        person = _person(name, cast.workspace, role, cast.parties[side] if side else None)
        cast.people[name] = person
    cast.people["stefan"] = _person("stefan", cast.other_workspace, m.Membership.OWNER)
    for name in ("maxim", "ivanna"):
        member = cast.people[name].membership
        assert member is not None  # noqa: S101 made above
        member.teams.add(cast.teams["sales"])
    m.Agent.objects.filter(pk=cast.agents["ivanna"].pk).update(user=cast.ivanna.user)
    cast.agents["ivanna"].refresh_from_db()
    m.Audit.objects.all().delete()  # they have just signed in; tests count from here


def _person(name: str, workspace: m.Workspace, role: str, party: m.Party | None = None) -> Person:
    manager: Any = get_user_model().objects
    user = manager.create_user(f"{name}@callwitness.example", PASSWORD, name=name.title())
    membership = m.Membership.objects.create(workspace=workspace, user=user, role=role, party=party)
    client = Client()
    client.force_login(user)
    return Person(user, client, membership)


def _calls(cast: Cast) -> None:
    shop, ivanna, petro = cast.projects["shop"], cast.agents["ivanna"], cast.agents["petro"]
    caller = "+380500001234"
    talk: dict[str, Any] = {"agent": "Ivanna", "agents": ["Ivanna"], "wait_s": 12.0, "talk_s": 125.0}
    cast.add_call("answered", "answered", 190, project=shop, queue="sales", caller="+380500001111", **talk)
    cast.add_call(
        "missed", "no_answer", 150, project=shop, queue="", caller="+380500002222", recovery="in_work"
    )
    cast.add_call(
        "abandoned", "abandoned_in_queue", 120, project=shop, queue="sales", caller=caller, recovery="open", findings=1,
        finding_kinds=["answer_disputed"], flags=["repeat"],
    )  # fmt: skip
    cast.add_call(
        "never_arrived", "never_arrived", 90, project=shop, caller="+79000001234", recovery="open", findings=1,
        finding_kinds=["never_arrived"], witnesses=["mango"],
    )  # fmt: skip
    cast.add_call(
        "outbound", "answered", 80, direction="outbound", caller="101", caller_kind="extension", called=caller, did="", **talk
    )  # fmt: skip
    cast.add_call(
        "internal",
        "no_answer",
        70,
        direction="internal",
        caller="101",
        caller_kind="extension",
        called="102",
        did="",
    )
    cast.add_call(
        "support", "answered", 60, project=shop, queue="support", caller="+380500003333", agent="Petro", agents=["Petro"],
        wait_s=31.0, talk_s=3753.0,
    )  # fmt: skip
    cast.add_call(
        "other_project",
        "answered",
        50,
        project=cast.projects["clinic"],
        queue="sales",
        caller="+380500004444",
        did="+380500000200",
    )
    for name, agent, talked in (
        ("answered", ivanna, True), ("missed", ivanna, False), ("outbound", ivanna, True), ("internal", ivanna, False),
        ("support", petro, True),
    ):  # fmt: skip
        call = cast.calls[name]
        m.CallAgent.objects.create(call=call, agent=agent, talked=talked, started_at=call.started_at)
    source = m.Source.objects.create(workspace=cast.other_workspace, name="exchange", role="office")
    cast.foreign_call = _call(cast.other_workspace, source, "foreign", "answered", cast.now - 100 * _MINUTE)


def _call(
    workspace: m.Workspace, source: m.Source, name: str, verdict: str, at: int, **changes: Any
) -> m.Call:
    columns: dict[str, Any] = {
        "public_id": f"c-{name}", "anchor_native_id": f"170000.{name}", "direction": "inbound", "caller": "+380500009999", "day": at // 86_400_000,
        "caller_kind": "number", "did": "+380500000100", "verdict": verdict, "wait_s": 41.0, "ended_at": at + 45_000,
        "trunk": "SIP/trunk-1", "witnesses": ["mango", "exchange"], "content": "0",
        "reasons": [{"code": "queue_log_abandon", "params": {"queue": "sales", "seconds": 41}}],
    }  # fmt: skip
    columns.update(changes)
    call = m.Call.objects.create(workspace=workspace, anchor_source=source, started_at=at, **columns)
    _seen(call, source, verdict)
    return call


def _seen(call: m.Call, source: m.Source, result: str) -> None:
    """What the exchange alone said, and its legs."""
    m.Witness.objects.create(
        call=call, source=source, native_call_id=call.anchor_native_id, native_ids=[call.anchor_native_id], match="matched",
        excluded_because="", rule="number_and_time", started_at=call.started_at, ended_at=call.ended_at, result=result,
        human=result == "answered", wait_s=call.wait_s, talk_s=call.talk_s, total_s=45.0, agent=call.agent, recording="",
    )  # fmt: skip
    m.Ladder.objects.create(call=call, legs=[])


def _findings_and_cases(cast: Cast) -> None:
    abandoned, missed = cast.calls["abandoned"], cast.calls["missed"]
    cast.lost["waiting"] = _case(cast, "waiting", abandoned, "open", tries=3, owner_team=cast.teams["sales"])
    cast.lost["claimed"] = _case(
        cast, "claimed", missed, "in_work", owner="Ivanna", owner_agent=cast.agents["ivanna"], why_missed="agent_on_call",
        claimed_by=cast.maxim.user, claimed_at=cast.now - 20 * _MINUTE,
    )  # fmt: skip
    silence = {"from_at": cast.now - 600 * _MINUTE, "to_at": cast.now - 400 * _MINUTE}
    cast.findings["disputed"] = _finding(
        cast, "disputed", "answer_disputed", "major", "contractor", abandoned
    )
    cast.findings["arrival"] = _finding(
        cast, "arrival", "never_arrived", "critical", "office", cast.calls["never_arrived"]
    )
    cast.findings["silent"] = _finding(cast, "silent", "source_silent", "major", "office", None, **silence)


def _case(cast: Cast, name: str, call: m.Call, state: str, **changes: Any) -> m.LostCase:
    columns: dict[str, Any] = {"tries": 1, "owner": "", "why_missed": ""} | changes
    return m.LostCase.objects.create(
        workspace=cast.workspace, project=call.project, public_id=f"l-{name}", caller=call.caller, line=call.did, state=state,
        derived_state="open", first_at=call.started_at, last_at=call.started_at, first_call=call, last_call=call, **columns,
    )  # fmt: skip


def _finding(
    cast: Cast, name: str, kind: str, severity: str, bears: str, call: m.Call | None, **changes: Any
) -> m.Finding:
    at = call.started_at if call else cast.now - 600 * _MINUTE
    return m.Finding.objects.create(
        workspace=cast.workspace, key=f"f-{name}", kind=kind, severity=severity, bears=bears, call=call, at=at,
        left_source="mango", left_value="answered", left_record="", right_source="exchange", right_value="abandoned",
        right_record="", first_seen_at=cast.now - 30 * _MINUTE, **changes,
    )  # fmt: skip
