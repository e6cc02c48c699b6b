"""The warehouse: every call as one wide row, in Parquet files by day, for grouped views and totals.

The ledger is the truth; the warehouse is made from it, day by day, and can be made again at any time. It answers what
rows of a database answer slowly: sums over months, grouped by anything a view can group by.

    contract       tables and plain values that cross the border
    facts          what is worked out once when a day is written, so that reading is cheap
    store          day files: written whole, replaced at once, read as one snapshot
    backends       the engine that runs a query over day files
    queries        a view of calls (``domain.view``) into totals, groups, series, pages of ids, filter menus
"""
