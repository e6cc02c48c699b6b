"""A small invented company for tests about lost callers: people, calls and cases as the derivation would write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from callwitness.ledger import models as m
from callwitness.web.accounts.models import User

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = int(datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp() * 1000)
_TEXTS = "called queue agent trunk content recovery".split()


@dataclass
class Company:
    """One workspace in Kyiv's zone with an office; everything else is made as a test needs it."""

    workspace: m.Workspace
    office: m.Source
    _numbers: Any = field(default_factory=lambda: count(1))

    def person(
        self, name: str, role: str = "operator", *, teams: list[m.Team] | None = None, **user: Any
    ) -> User:
        """An account with a membership."""
        made = User.objects.create_user(
            f"{name.lower()}@example.com", "password-of-a-test", name=name, **user
        )
        membership = m.Membership.objects.create(workspace=self.workspace, user=made, role=role)
        membership.teams.set(teams or [])
        return made

    def team(self, name: str = "sales", **fields: Any) -> m.Team:
        return m.Team.objects.create(workspace=self.workspace, name=name, **fields)

    def agent(self, name: str, team: m.Team | None = None, user: User | None = None) -> m.Agent:
        return m.Agent.objects.create(workspace=self.workspace, name=name, team=team, user=user)

    def call(self, caller: str, at: int, line: str = "+380500000001", **fields: Any) -> m.Call:
        """An inbound call nobody answered, unless said otherwise, with its own witness."""
        number = next(self._numbers)
        values: dict[str, Any] = {
            **dict.fromkeys(_TEXTS, ""),
            "direction": "inbound", "caller": caller, "caller_kind": "number", "did": line, "verdict": "no_answer",
            "ended_at": at + 30_000, "wait_s": 30.0, "witnesses": ["office"], **fields,
        }  # fmt: skip
        made = m.Call.objects.create(
            workspace=self.workspace, public_id=f"call{number}", anchor_source=self.office,
            anchor_native_id=f"native{number}",
            day=at // DAY, started_at=at, **values,
        )  # fmt: skip
        m.Witness.objects.create(
            call=made, source=self.office, native_call_id=made.anchor_native_id, match="matched",
            excluded_because="", rule="", started_at=at, result="no_answer", agent="", recording="",
        )  # fmt: skip
        return made

    def case(
        self, caller: str = "+380500000101", at: int = NOW - HOUR, tries: int = 1, **fields: Any
    ) -> m.LostCase:
        """A lost caller who tried every ten minutes from ``at``."""
        state = fields.pop("derived_state", "open")
        line = fields.pop("line", "+380500000001")
        calls = [
            self.call(caller, at + n * 10 * MINUTE, line, recovery=state, queue=fields.get("queue", ""))
            for n in range(tries)
        ]
        fields.pop("queue", None)
        values: dict[str, Any] = {
            "owner": "",
            "why_missed": "agent_did_not_pick_up",
            "state": state,
            **fields,
        }
        return m.LostCase.objects.create(
            workspace=self.workspace, public_id=f"lost-{calls[0].public_id}", caller=caller, line=line,
            derived_state=state, tries=tries, first_at=calls[0].started_at, last_at=calls[-1].started_at,
            first_call=calls[0], last_call=calls[-1], **values,
        )  # fmt: skip


def company(slug: str = "acme") -> Company:
    """A new company."""
    workspace = m.Workspace.objects.create(slug=slug, name=slug.title(), zone="Europe/Kyiv")
    return Company(workspace, m.Source.objects.create(workspace=workspace, name="office", role="office"))
