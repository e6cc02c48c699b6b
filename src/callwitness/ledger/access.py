"""The one door: who may see and do what. Every screen and every export gets its rows here.

"Not yours" and "absent" look the same: both raise ``Absent``. A role's rights say what may be done, its scope which
rows: an operator has the calls in which he talked or was rung, a manager those of the teams, a marketer those of the
project that the party shares (DOMAIN: access and privacy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from callwitness.ledger import models as m

T = TypeVar("T", bound=Model)

SEE: Final = frozenset(
    {
        "see_calls",
        "see_lost",
        "see_findings",
        "see_sources",
        "see_people",
        "see_numbers",
        "see_agents",
        "see_originals",
    }
)
RIGHTS: Final = {
    m.Membership.OWNER: SEE
    | {"work_lost", "note_findings", "upload", "edit_sources", "edit_people", "edit_numbers", "edit_settings"}
    | {"see_audit", "listen", "judge_recordings", "download", "export", "comment", "share_views", "schedule"},
    m.Membership.MANAGER: SEE
    | {
        "work_lost",
        "note_findings",
        "upload",
        "listen",
        "judge_recordings",
        "download",
        "export",
        "comment",
        "share_views",
        "schedule",
    },
    m.Membership.OPERATOR: frozenset(
        {"see_calls", "see_lost", "see_agents", "work_lost", "listen", "comment", "export"}
    ),
    m.Membership.MARKETER: frozenset(
        {"see_calls", "see_lost", "see_findings", "listen", "export", "comment", "schedule"}
    ),
    m.Membership.AUDITOR: SEE | {"see_audit", "listen", "export"},
}
"""What each role may do; which rows it may do it to is the scope's matter."""


class Absent(Exception):
    """There is no such thing, or it is not yours: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose eyes: a member of a workspace. projects, agents, teams: ids the rows are limited to; None = all."""

    user: Any
    membership: m.Membership
    workspace: m.Workspace
    rights: frozenset[str]
    projects: frozenset[int] | None = None
    agents: frozenset[int] | None = None
    teams: frozenset[int] | None = None
    queues: frozenset[str] = frozenset()
    party: m.Party | None = None

    @property
    def masks_numbers(self) -> bool:
        """Callers' numbers are shown without their middle."""
        return self.membership.mask_numbers

    def may(self, right: str) -> bool:
        """The role has this right."""
        return right in self.rights

    def need(self, right: str) -> None:
        """Raises ``Absent`` without this right."""
        if right not in self.rights:
            raise Absent


def scope_of(user: Any, slug: str) -> Scope:
    """The scope of a signed-in user in a workspace. Raises ``Absent`` for anybody who is no member."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        raise Absent
    found = (
        m.Membership.objects.select_related("workspace", "party")
        .filter(user=user, workspace__slug=slug)
        .first()
    )
    if found is None:
        raise Absent
    return _scope(user, found)


def _scope(user: Any, membership: m.Membership) -> Scope:
    workspace, rights = membership.workspace, RIGHTS[membership.role]
    if membership.role == m.Membership.MARKETER:
        shared = frozenset({membership.party.project_id} if membership.party else set())
        return Scope(user, membership, workspace, rights, projects=shared, party=membership.party)
    if membership.role == m.Membership.OPERATOR:
        own = frozenset(m.Agent.objects.filter(workspace=workspace, user=user).values_list("id", flat=True))
        return Scope(user, membership, workspace, rights, agents=own)
    teams = list(membership.teams.all()) if membership.role == m.Membership.MANAGER else []
    if teams:
        queues = frozenset(queue for team in teams for queue in team.queues)
        return Scope(
            user, membership, workspace, rights, teams=frozenset(team.id for team in teams), queues=queues
        )
    return Scope(user, membership, workspace, rights)


def workspaces(user: Any) -> QuerySet[m.Workspace]:
    """The workspaces a user is a member of, by name."""
    return m.Workspace.objects.filter(memberships__user=user).order_by("name")


def calls(scope: Scope) -> QuerySet[m.Call]:
    """Calls this reader may see."""
    scope.need("see_calls")
    return m.Call.objects.filter(_own_calls(scope, OuterRef("pk")), workspace=scope.workspace)


def _own_calls(scope: Scope, call: OuterRef, prefix: str = "") -> Q:
    """The condition on calls (``prefix`` leads to the call) that a scope means."""
    if scope.projects is not None:
        return Q(**{f"{prefix}project_id__in": scope.projects})
    if scope.agents is not None:
        return Q(Exists(m.CallAgent.objects.filter(call=call, agent_id__in=scope.agents)))
    if scope.teams is not None:
        own = Exists(m.CallAgent.objects.filter(call=call, agent__team_id__in=scope.teams))
        return Q(own) | Q(**{f"{prefix}queue__in": scope.queues})
    return Q()


def call(scope: Scope, public_id: str) -> m.Call:
    """One call by its id, also by one it had before calls merged. Raises ``Absent``."""
    found = calls(scope).filter(public_id=public_id).first()
    if found is None:
        # the alias first: asked for together, the database may look through every call of the reader
        became = m.CallAlias.objects.filter(workspace=scope.workspace, public_id=public_id).first()
        found = calls(scope).filter(pk=became.call_id).first() if became else None
    return _there(found)


def lost_cases(scope: Scope) -> QuerySet[m.LostCase]:
    """Cases of lost callers this reader may see; an operator: owned or claimed by him, or his teams' without owner."""
    scope.need("see_lost")
    cases = m.LostCase.objects.filter(workspace=scope.workspace)
    if scope.projects is not None:
        return cases.filter(project_id__in=scope.projects)
    if scope.agents is not None:
        teams = m.Team.objects.filter(Q(agents__in=scope.agents) | Q(managers=scope.membership))
        return cases.filter(
            Q(owner_agent_id__in=scope.agents)
            | Q(claimed_by=scope.user)
            | Q(owner_agent=None, owner_team__in=teams)
            | Q(owner_agent=None, owner_team=None)
        )
    if scope.teams is not None:
        mine = Q(owner_team_id__in=scope.teams) | Q(owner_agent__team_id__in=scope.teams)
        return cases.filter(mine | Q(owner_agent=None, owner_team=None))
    return cases


def lost_case(scope: Scope, public_id: str) -> m.LostCase:
    """One case. Raises ``Absent``."""
    return _there(lost_cases(scope).filter(public_id=public_id).first())


def findings(scope: Scope) -> QuerySet[m.Finding]:
    """Findings about calls this reader may see; those about no call are for who sees everything."""
    scope.need("see_findings")
    found = m.Finding.objects.filter(workspace=scope.workspace)
    if scope.projects is None and scope.agents is None and scope.teams is None:
        return found
    return found.filter(_own_calls(scope, OuterRef("call_id"), "call__"), call__isnull=False)


def finding(scope: Scope, key: str) -> m.Finding:
    """One finding by its key. Raises ``Absent``."""
    return _there(findings(scope).filter(key=key).first())


def sources(scope: Scope) -> QuerySet[m.Source]:
    """Sources of the workspace."""
    scope.need("see_sources")
    return m.Source.objects.filter(workspace=scope.workspace)


def source(scope: Scope, pk: int) -> m.Source:
    """One source. Raises ``Absent``."""
    return _there(sources(scope).filter(pk=pk).first())


def sees_inside(scope: Scope, source: m.Source) -> bool:
    """Whether a reader may see a source's own lines, agents and details: a marketer only neutral ones and own side's."""
    if scope.party is None:
        return scope.may("see_originals")
    return source.neutral or source.party_id == scope.party.id


def evidence(scope: Scope, source: m.Source) -> QuerySet[m.Evidence]:
    """Evidence of one source, newest first."""
    return m.Evidence.objects.filter(source=source, source__in=sources(scope)).order_by("-arrived_at", "-id")


def recordings(scope: Scope, call: m.Call) -> QuerySet[m.Recording]:
    """Recordings of a call the reader may see and hear."""
    scope.need("listen")
    return m.Recording.objects.filter(call=call, state=m.Recording.KEPT)


def recording(scope: Scope, pk: int) -> m.Recording:
    """One recording of a call this reader may see. Raises ``Absent``."""
    scope.need("listen")
    found = m.Recording.objects.select_related("call").filter(pk=pk, call__isnull=False).first()
    if found is None or not calls(scope).filter(recordings=found).exists():
        raise Absent
    return found


def hearings(scope: Scope) -> QuerySet[m.Hearing]:
    """What was heard in recordings of calls the reader may see and hear, as their bytes are now."""
    scope.need("listen")
    own = _own_calls(scope, OuterRef("recording__call_id"), "recording__call__")
    kept = m.Hearing.objects.filter(workspace=scope.workspace, recording__call__isnull=False)
    fresh = kept.filter(recording__state=m.Recording.KEPT, sha256=F("recording__sha256"))
    return fresh.filter(own, recording__call__workspace=scope.workspace)


def pieces(scope: Scope) -> QuerySet[m.Piece]:
    """What lines of the workspace play again and again."""
    scope.need("see_numbers")
    return m.Piece.objects.filter(workspace=scope.workspace, forgotten=False).order_by(
        "line", "-heard_in", "pk"
    )


def comments(scope: Scope, call: m.Call) -> QuerySet[m.Comment]:
    """Comments on a call: those for everybody and, for a marketer, those of the own side; others see all but a party's."""
    about = m.Comment.objects.filter(call=call).select_related("author").order_by("at")
    return about.filter(Q(party=None) | Q(party=scope.party))


def teams(scope: Scope) -> QuerySet[m.Team]:
    """Teams, those of the reader where he is limited to some."""
    scope.need("see_people")
    found = m.Team.objects.filter(workspace=scope.workspace).order_by("name")
    return found if scope.teams is None else found.filter(id__in=scope.teams)


def agents(scope: Scope) -> QuerySet[m.Agent]:
    """Agents, those of the reader's teams where he is limited to some."""
    scope.need("see_people")
    found = m.Agent.objects.filter(workspace=scope.workspace).select_related("team", "user").order_by("name")
    return found if scope.teams is None else found.filter(team_id__in=scope.teams)


def numbers(scope: Scope) -> QuerySet[m.Number]:
    """Numbers with a meaning here."""
    scope.need("see_numbers")
    return (
        m.Number.objects.filter(workspace=scope.workspace)
        .select_related("project", "provider")
        .order_by("value")
    )


def lines(scope: Scope) -> QuerySet[m.Line]:
    """Lines that carry calls."""
    scope.need("see_numbers")
    return m.Line.objects.filter(workspace=scope.workspace).order_by("trunk")


def projects(scope: Scope) -> QuerySet[m.Project]:
    """Projects; a marketer's own only."""
    found = m.Project.objects.filter(workspace=scope.workspace).order_by("name")
    return found if scope.projects is None else found.filter(id__in=scope.projects)


def views(scope: Scope) -> QuerySet[m.SavedView]:
    """Saved views: own ones and shared ones."""
    own = Q(owner=scope.user) | Q(shared=True)
    return m.SavedView.objects.filter(own, workspace=scope.workspace).order_by("name")


def schedules(scope: Scope) -> QuerySet[m.Schedule]:
    """Schedules of own views; an owner sees all of the workspace."""
    scope.need("schedule")
    found = (
        m.Schedule.objects.filter(view__workspace=scope.workspace)
        .select_related("view")
        .order_by("view__name", "id")
    )
    return found if scope.may("edit_settings") else found.filter(view__owner=scope.user)


def members(scope: Scope) -> QuerySet[m.Membership]:
    """Members of the workspace, for its owner."""
    scope.need("edit_settings")
    return (
        m.Membership.objects.filter(workspace=scope.workspace)
        .select_related("user", "party")
        .order_by("user__email")
    )


def audit(scope: Scope) -> QuerySet[m.Audit]:
    """Who did what, newest first."""
    scope.need("see_audit")
    return m.Audit.objects.filter(workspace=scope.workspace).select_related("user").order_by("-at", "-id")


def one(rows: QuerySet[T], **conditions: Any) -> T:
    """The only row of those given that fits. Raises ``Absent``."""
    return _there(rows.filter(**conditions).first())


def _there(found: T | None) -> T:
    if found is None:
        raise Absent
    return found
