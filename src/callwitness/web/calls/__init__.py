"""The view of calls: filters, groups, totals, exports, saved views."""
