"""Evidence arrived: the days it touches are derived again, and what differs is written down.

windows    which days go together             sources    what was read for them
window     judged anew, under the known ids   identify   which call is which
rows       rows of the tables                 calls, versions, findings, lost, measures   written down
clear      what nothing tells of any more goes
run        all of it, in order
"""

from callwitness.services.derive.run import derive_block, derive_dirty, derive_workspace

__all__ = ["derive_block", "derive_dirty", "derive_workspace"]
