"""What dialled numbers mean here: lists for the rules of judgement, and the project each call belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from callwitness.domain.rules import Rules
from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.numbers import normalise
from callwitness.ledger import models as m

_BY_TEXT: Final = {"value": pl.String(), "project_id": pl.Int64()}


@dataclass(frozen=True, slots=True)
class NumberRules:
    """The numbers of a workspace by meaning, as calls carry them."""

    own_numbers: frozenset[str]
    test_numbers: frozenset[str]
    blacklist: frozenset[str]

    def added_to(self, rules: Rules) -> Rules:
        """Rules that know these numbers besides those they knew."""
        return replace(
            rules,
            own_numbers=rules.own_numbers | self.own_numbers,
            test_numbers=rules.test_numbers | self.test_numbers,
            blacklist=rules.blacklist | self.blacklist,
        )


def number_rules(workspace: m.Workspace) -> NumberRules:
    """The lists that the numbers of a workspace make, in one query."""
    known = list(m.Number.objects.filter(workspace=workspace).values_list("value", "kind"))
    own, test, blocked = (
        frozenset(value for value, its in known if its == kind)
        for kind in (m.Number.OWN, m.Number.TEST, m.Number.BLOCKED)
    )
    return NumberRules(own, test, blocked)


@dataclass(frozen=True, slots=True)
class ProjectBook:
    """Which project a call belongs to. numbers, queues: ``value, project_id``; default: where neither says."""

    numbers: pl.DataFrame
    queues: pl.DataFrame
    default: int | None

    def ids(self, did: pl.Series, queue: pl.Series) -> pl.Series:
        """Project ids (Int64), row by row: by the number dialled, else by the queue, else the first project."""
        asked = pl.DataFrame({"did": did.cast(pl.String), "queue": queue.cast(pl.String)}).with_row_index()
        found = asked.join(self.numbers, left_on="did", right_on="value", how="left").join(
            self.queues, left_on="queue", right_on="value", how="left", suffix="_queue"
        )
        chosen = pl.coalesce("project_id", "project_id_queue", pl.lit(self.default, dtype=pl.Int64))
        return found.sort("index").select(project_id=chosen).to_series()


def projects_of(workspace: m.Workspace) -> ProjectBook:
    """The book of a workspace, in two queries. A queue named by two projects is the first one's."""
    projects = list(m.Project.objects.filter(workspace=workspace).order_by("id").values_list("id", "queues"))
    numbers = m.Number.objects.filter(workspace=workspace, project__isnull=False, kind=m.Number.OWN)
    queues = [(queue, project) for project, names in projects for queue in names]
    return ProjectBook(
        pl.DataFrame(list(numbers.values_list("value", "project_id")), schema=_BY_TEXT, orient="row"),
        pl.DataFrame(queues, schema=_BY_TEXT, orient="row").unique(
            "value", keep="first", maintain_order=True
        ),
        projects[0][0] if projects else None,
    )


def as_calls_carry_it(workspace: m.Workspace, text: str) -> str | None:
    """A number as people write it in the form in which calls have it; None when there is no number in it."""
    low, high = workspace.settings.get("numbers", {}).get("internal_digits", [2, 5])
    plan = NumberPlan(workspace.country or None, (low, high))
    read = normalise(pl.Series([text], dtype=pl.String), plan)
    return None if read["kind"][0] == "other" else read["number"][0]
