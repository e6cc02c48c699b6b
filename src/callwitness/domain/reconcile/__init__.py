"""Two or more sources, one call: matching, clocks, coverage. See docs/concepts/reconciliation.md."""

from callwitness.domain.reconcile.result import Reconciliation
from callwitness.domain.reconcile.run import reconcile

__all__ = ["Reconciliation", "reconcile"]
