"""One name for one agent, whichever witness speaks.

queue_log names a member by interface (``PJSIP/101``, ``Local/101@from-internal/n``, ``Agent/1001``) or, when the
exchange is set so, by a name. CONNECT carries the unique id of the agent's channel, and CDR and CEL know whose that
is: so names are learned. An agent is called by the extension where it is known, else by the member's name.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk.channels import peer
from callwitness.adapters.asterisk.families import unique_id

_INTERFACE: Final = r"^[A-Za-z0-9]+/(?:[A-Z]+-)?([^@/]+)"


def interface_extension(agent: pl.Expr) -> pl.Expr:
    """The extension in an interface; null for a name, and for ``Agent/1001``, whose number is a login."""
    return pl.when(~agent.str.starts_with("Agent/")).then(agent.str.extract(_INTERFACE))


def member_extensions(legs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """``agent``, ``known``: members called by a name whose extension is known.

    By their channels, else from calls of which CDR and queue_log each tell one talk in the same queue. legs: with
    ``agent``, ``extension`` and, from queue_log, ``agent_channel`` (unique id).
    """
    by_channel = _by_channel(legs, records)
    by_call = _by_call(legs).join(by_channel, on="agent", how="anti")
    return pl.concat([by_channel, by_call]).sort("agent")


def _by_call(legs: pl.DataFrame) -> pl.DataFrame:
    talks = legs.filter(
        (pl.col("segment") == "talk") & pl.col("queue").is_not_null() & pl.col("human").fill_null(False)
    )
    single = talks.filter(pl.len().over("native_call_id", "queue", "witness") == 1)
    keys = ["native_call_id", "queue"]
    cdr = single.filter((pl.col("witness") == "cdr") & pl.col("extension").is_not_null()).select(
        *keys, "extension"
    )
    queue_log = single.filter(
        (pl.col("witness") == "queue_log") & interface_extension(pl.col("agent")).is_null()
    )
    votes = queue_log.select(*keys, "agent").drop_nulls().join(cdr, on=keys)
    return votes.group_by("agent").agg(pl.col("extension").mode().sort().first().alias("known")).sort("agent")


def _by_channel(legs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    named = legs.filter(
        pl.col("agent_channel").is_not_null() & interface_extension(pl.col("agent")).is_null()
    )
    channels = (
        records.filter(pl.col("witness").is_in(["cel", "cdr"]))
        .select(unique_id().alias("agent_channel"), peer(pl.col("channel")).alias("known"))
        .drop_nulls()
        .unique("agent_channel", keep="first", maintain_order=True)
    )
    return (
        named.select("agent", "agent_channel")
        .join(channels, on="agent_channel")
        .group_by("agent")
        .agg(pl.col("known").mode().sort().first())
        .sort("agent")
    )


def named(legs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """``extension`` and ``agent`` of every leg by the rule above."""
    extension = pl.coalesce("extension", interface_extension(pl.col("agent")), "known")
    legs = legs.join(members, on="agent", how="left", maintain_order="left")
    return legs.with_columns(
        extension.alias("extension"), pl.coalesce(extension, "agent").alias("agent")
    ).drop("known")
