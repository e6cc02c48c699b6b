"""Where the witnesses disagree: kinds, thresholds, both sides, who bears it.

One module per question; each gives FINDINGS rows. To add one: docs/develop/add-a-finding.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import polars as pl

from callwitness.domain.findings import arrival, clocks, people, recordings, values
from callwitness.domain.findings.sides import Told
from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.recordings.tables import Recorded
from callwitness.domain.results import FINDINGS
from callwitness.domain.rules import Rules, SourceInfo

SEVERITY: Final = {
    "never_arrived": "major",
    "unknown_to_provider": "minor",
    "duplicate_record": "minor",
    "duration_mismatch": "minor",
    "caller_mismatch": "major",
    "answer_disputed": "major",
    "wait_understated": "minor",
    "recording_missing": "minor",
    "recording_orphan": "info",
    "recording_truncated": "minor",
    "source_silent": "critical",
    "clock_off": "major",
}
"""Every kind and how grave it is, unless the finding itself says otherwise."""

KINDS: Final = tuple(SEVERITY)


def find(
    judged: pl.DataFrame,
    calls: pl.DataFrame,
    reconciliation: Reconciliation,
    sources: Sequence[SourceInfo],
    rules: Rules,
    *,
    zones: clocks.Zones,
    recorded: Recorded | None = None,
) -> pl.DataFrame:
    """FINDINGS, sorted by ``from, call_id, finding_id``.

    judged: calls with ``group, call_id``; calls: SOURCE_CALLS with ``group, record_id, record_answer``, times in
    the reference clock. recorded: the recordings, where there are any.
    """
    told = Told(judged, calls, reconciliation, sources)
    found = FINDINGS.concat(
        [
            *arrival.findings(told),
            *values.findings(told, rules),
            *people.findings(told, rules),
            *clocks.findings(reconciliation, sources, rules, zones),
            *([] if recorded is None else recordings.findings(told, recorded)),
        ]
    )
    return _identified(found).sort("from", "call_id", "finding_id", nulls_last=True)


def _identified(found: pl.DataFrame) -> pl.DataFrame:
    """Adds ids made from what the finding is about, and the usual severity."""
    about = ("kind", "call_id", "left_source", "left_record", "left_value", "right_record", "from")
    texts = found.select(pl.concat_str(*about, separator="\0", ignore_nulls=True)).to_series()
    ids = ["f" + blake2b(text.encode(), digest_size=8).hexdigest() for text in texts]
    usual = pl.col("kind").replace_strict(SEVERITY, return_dtype=pl.String)
    return found.with_columns(
        pl.Series("finding_id", ids, pl.String), severity=pl.coalesce("severity", usual)
    )
