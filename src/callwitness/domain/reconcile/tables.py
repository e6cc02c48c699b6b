"""Result frames from the arrays of a run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.reconcile.columns import Ints
from callwitness.domain.reconcile.match import RULES
from callwitness.domain.reconcile.prepare import Prepared
from callwitness.domain.reconcile.result import COVERAGE_SCHEMA, MATCHES_SCHEMA, PAIRS_SCHEMA
from callwitness.domain.reconcile.standing import DUPLICATE, MATCHED, REASONS, STATES, Standing

_TOLD_TWICE = len(RULES)


def matches_frame(
    run: Prepared, group: Ints, rule: npt.NDArray[np.int8], at: Ints, standing: Standing
) -> pl.DataFrame:
    """One row per call in canonical order, MATCHES_SCHEMA."""
    partner, by = _partners(run, group, rule, standing)
    lone = pl.Series(partner < 0)
    other = run.frame.select("scall", "source", "native_call_id")[np.maximum(partner, 0)]
    dt_s = pl.Series(np.round((at - at[partner]) / 1000, 3))
    return pl.DataFrame(
        {
            "scall": run.frame["scall"],
            "source": run.frame["source"],
            "native_call_id": run.frame["native_call_id"],
            "match": pl.Series(standing.state).replace_strict(range(4), STATES, return_dtype=pl.String),
            "excluded_because": pl.Series(standing.reason).replace_strict(
                range(len(REASONS)), [None, *REASONS[1:]], return_dtype=pl.String
            ),
            "pair_source": other["source"].set(lone, None),
            "pair_scall": other["scall"].set(lone, None),
            "pair_native_call_id": other["native_call_id"].set(lone, None),
            "dt_s": dt_s.set(lone, None),
            "rule": pl.Series(by).replace_strict(
                range(-1, _TOLD_TWICE + 1), [None, *RULES, "told_twice"], return_dtype=pl.String
            ),
        },
        schema=MATCHES_SCHEMA,
    )


def _partners(
    run: Prepared, group: Ints, rule: npt.NDArray[np.int8], standing: Standing
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Row of the call that each call is shown with (-1 = none), and the rule: of the source that came later."""
    partner = np.full(len(group), -1, np.int64)
    for k in reversed(range(len(run.order))):
        theirs = standing.members[group, k]
        use = (run.source != k) & (theirs >= 0)
        partner[use] = theirs[use]
    later = np.where(run.source[partner] > run.source, rule[partner], rule)
    by = np.where(partner >= 0, later, -1).astype(np.int8)
    repeated = standing.state == DUPLICATE
    partner[repeated] = run.original[repeated]
    by[repeated] = _TOLD_TWICE
    return partner, by


def pairs_frame(run: Prepared, group: Ints, standing: Standing) -> pl.DataFrame:
    """How many real calls each two sources both tell, PAIRS_SCHEMA."""
    counted = np.zeros(len(standing.members), bool)
    counted[group[standing.state == MATCHED]] = True
    told = (standing.members >= 0) & counted[:, None]
    rows = [
        (left, right, int((told[:, i] & told[:, j]).sum()))
        for i, left in enumerate(run.order)
        for j, right in enumerate(run.order)
        if i < j
    ]
    return pl.DataFrame(rows, schema=PAIRS_SCHEMA, orient="row")


def coverage_frame(run: Prepared, standing: Standing) -> pl.DataFrame:
    """Coverage as it was used, COVERAGE_SCHEMA; lines under the names the source itself or its partner uses."""
    rows = []
    for name, one in zip(run.order, standing.coverage, strict=True):
        lines = None if one.lines is None else sorted(run.line_texts[code] for code in one.lines.tolist())
        rows.append((name, lines, sorted(one.directions), one.start, one.end))
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")
