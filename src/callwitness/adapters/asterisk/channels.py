"""Channel names: technology, peer, and on which side of the exchange the peer stands.

``PJSIP/101-0000001a`` is peer 101; ``Local/101@from-internal-00000003;2`` is one half of a pair inside the exchange
and never a person. A peer is a *trunk* or *internal* by the first of these that tells: the options; the contexts its
channels start in; how its name looks; what kind of number calls or is called through it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail
from callwitness.ingest.contract import ReadOptions

TRUNK: Final = "trunk"
INTERNAL: Final = "internal"

# The number in Dial(PJSIP/number@trunk) or Dial(DAHDI/g1/number): what went out by a trunk.
DIALLED: Final = r"^[A-Za-z0-9]+/(?:[gGrR]\d+/)?\+?([0-9*#]{5,})(?:@[^&,]*)?(?:,|$)"

_PEER: Final = r"^[^/]+/(.+?)(?:-[0-9a-fA-F]+)?(?:;[12])?$"
_LOCAL_EXTEN: Final = r"^Local/(?:[A-Z]+-)?([^@/]+)@"
_OUTSIDE: Final = (
    r"(?i)^(from[-_]?(trunk|pstn|did|zaptel|dahdi|digital|analog|sip-external|outside|provider|extern|public)"
    r"|incoming|inbound|ext-did|trunk|pstn|public|did\b|in[-_]|provider|city|gorod)"
)
_INSIDE: Final = (
    r"(?i)^(from[-_]?(internal|inside|phones?|users?|queue|office)|internal|phones?|users?|office|local"
    r"|sip-phones|agents|outbound|outgoing|out[-_]|extensions|macro-dialout|outrt|ext-local)"
)


def peer(channel: pl.Expr) -> pl.Expr:
    """The peer of a channel: what stands between the technology and the channel's own number."""
    local = channel.str.extract(_LOCAL_EXTEN)
    return pl.when(is_local(channel)).then(local).otherwise(channel.str.extract(_PEER))


def is_local(channel: pl.Expr) -> pl.Expr:
    """Whether the channel is half of a pair inside the exchange."""
    return channel.str.starts_with("Local/").fill_null(False)


def context_side(context: pl.Expr, options: ReadOptions) -> pl.Expr:
    """trunk | internal | null by the name of the context a channel starts in."""
    given = [name for name in options.options.get("context", "").split(",") if name]
    return (
        pl.when(context.is_in(given) | context.str.contains(_OUTSIDE))
        .then(pl.lit(TRUNK))
        .when(context.str.contains(_INSIDE))
        .then(pl.lit(INTERNAL))
    )


def peer_sides(records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """``peer``, ``side`` of every peer that the source's records tell about."""
    cdr = detail.unpack(records.filter(pl.col("witness") == "cdr"), detail.CDR)
    cel = detail.unpack(
        records.filter((pl.col("witness") == "cel") & (pl.col("event") == "chan_start")), detail.CEL
    )
    callers = cdr.select(
        peer(pl.col("channel")).alias("peer"),
        is_local(pl.col("channel")).alias("local"),
        pl.lit(2).alias("rank"),
        context_side(pl.col("dcontext"), options).alias("side"),
        pl.when(peer(pl.col("channel")) == pl.col("caller_raw"))
        .then(pl.lit(INTERNAL))  # an endpoint calls under its own name, a trunk under its callers' numbers
        .otherwise(
            pl.col("caller_kind").replace_strict({"number": TRUNK, "extension": INTERNAL}, default=None)
        )
        .alias("by_number"),
    )
    called = cdr.select(
        peer(pl.col("dstchannel")).alias("peer"),
        is_local(pl.col("dstchannel")).alias("local"),
        pl.lit(2).alias("rank"),
        pl.lit(None, pl.String).alias("side"),
        pl.when(pl.col("called").str.starts_with("+")).then(pl.lit(TRUNK)).alias("by_number"),
    )
    started = cel.select(
        peer(pl.col("channel")).alias("peer"),
        is_local(pl.col("channel")).alias("local"),
        pl.lit(1).alias("rank"),
        context_side(pl.col("context"), options).alias("side"),
        pl.lit(None, pl.String).alias("by_number"),
    )
    seen = pl.concat([callers, called, started]).filter(~pl.col("local") & pl.col("peer").is_not_null())
    return _decide(seen, options)


def _decide(seen: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    given = set(options.options.get("trunk", "").split(",")) - {""}
    names = [name.rsplit("/", 1)[-1] for name in sorted(given)]
    low, high = options.numbers.extension_digits

    def majority(side: str, when: pl.Expr) -> pl.Expr:
        trunks, inside = ((when & (pl.col(side) == each)).sum() for each in (TRUNK, INTERNAL))
        return pl.when(trunks > inside).then(pl.lit(TRUNK)).when(inside > trunks).then(pl.lit(INTERNAL))

    return (
        seen.group_by("peer")
        .agg(
            majority("side", pl.col("rank") == 1).alias("by_start"),
            majority("side", pl.col("rank") == 2).alias("by_context"),
            majority("by_number", pl.lit(True)).alias("by_number"),
        )
        .select(
            "peer",
            pl.when(pl.col("peer").is_in(names))
            .then(pl.lit(TRUNK))
            .otherwise(
                pl.coalesce(
                    "by_start",
                    pl.when(pl.col("peer").str.contains(rf"^\d{{{low},{high}}}$")).then(pl.lit(INTERNAL)),
                    "by_context",
                    "by_number",
                )
            )
            .alias("side"),
        )
        .sort("peer")
    )


def with_sides(frame: pl.DataFrame, sides: pl.DataFrame, channel: str, prefix: str) -> pl.DataFrame:
    """``<prefix>_peer``, ``<prefix>_side`` and ``<prefix>_local`` of a channel column. Local halves have no side."""
    peer_name, side_name, local_name = f"{prefix}_peer", f"{prefix}_side", f"{prefix}_local"
    named = frame.with_columns(
        peer(pl.col(channel)).alias(peer_name), is_local(pl.col(channel)).alias(local_name)
    )
    joined = named.join(
        sides.rename({"peer": peer_name, "side": side_name}), on=peer_name, how="left", maintain_order="left"
    )
    return joined.with_columns(pl.when(~pl.col(local_name)).then(side_name).alias(side_name))
