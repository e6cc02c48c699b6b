"""What recordings add to a verdict: the voice that was heard, or was not, and the moment of it.

Only a sure voice decides anything. It makes a call answered where somebody claims so; where nobody does it must be
surer still, and a mailbox that was reached speaks itself. That nobody spoke disputes a claimed answer only if the
recording covers the whole talk; against the office's own log it must be nearly certain to decide, since nearly all
calls that an exchange connects are talks.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.reasons import reason_json
from callwitness.domain.recordings.tables import VOICES

ALONE_SURE: Final = 0.9
"""So sure must a voice be to make a call answered that every other witness calls missed."""
CONNECTED_SURE: Final = 0.95
"""So sure must it be that nobody spoke, on a channel of his own, to overrule an office that connected the call."""
SHORTEST_TALK_S: Final = 10.0
"""In less time than this a person may have picked up and said nothing yet."""
MACHINES_SPEAK: Final = ("voicemail", "abandoned_in_ivr", "self_served", "deflected", "closed")
"""In calls that ended so, what sounds like a person may be a machine of the exchange."""
_SLACK_MS: Final = 3_000
"""Clocks of whole seconds, and the moment between picking up and the first sound."""


def with_voices(facts: pl.DataFrame, voices: pl.DataFrame | None) -> pl.DataFrame:
    """Adds the columns of VOICES, null where nobody listened."""
    told = VOICES.empty() if voices is None else VOICES.conform(voices)
    return facts.join(told, on="group", how="left", maintain_order="left")


def heard(missed: pl.Expr) -> pl.Expr:
    """A person of the answering side spoke. missed: what the sources say of the call if nobody answered it."""
    sure = (pl.col("heard") == "voice").fill_null(value=False)
    others = pl.col("contractor_claims") | pl.col("neutral_claims")
    claimed = pl.col("office_claims") | (others & ~pl.col("office_denies"))
    alone = (pl.col("voice_confidence") >= ALONE_SURE) & ~missed.is_in(MACHINES_SPEAK).fill_null(value=False)
    return sure & (claimed | alone.fill_null(value=False))


def silent_talk() -> pl.Expr:
    """Somebody claims an answer, and in all of that talk nobody of the answering side is heard."""
    claimed = pl.col("office_claims") | pl.col("contractor_claims") | pl.col("neutral_claims")
    answer = pl.coalesce("agent_answered_at", "started_at")
    talk_ms = pl.col("ended_at") - answer
    placed = (pl.col("listened_from") <= answer + _SLACK_MS) & (
        pl.col("listened_until") >= pl.col("ended_at") - _SLACK_MS
    )
    long_enough = pl.col("listened_from").is_null() & (pl.col("listened_s") * 1000 >= talk_ms - _SLACK_MS)
    covers = placed.fill_null(value=False) | long_enough.fill_null(value=False)
    silent = (pl.col("heard") == "nobody") & (talk_ms >= SHORTEST_TALK_S * 1000)
    return claimed & covers & silent.fill_null(value=False)


def unheard() -> pl.Expr:
    """The silence decides: the call was not answered. Reads ``silent_talk``."""
    certain = (pl.col("voice_confidence") >= CONNECTED_SURE) & pl.col("voice_apart").fill_null(value=False)
    return pl.col("silent_talk") & (~pl.col("office_claims") | certain)


def too_early() -> pl.Expr:
    """A voice before the office's own telephone was picked up is none of its people's: something recorded, misheard."""
    margin = _SLACK_MS + (pl.col("voice_uncertainty_s") * 1000).fill_null(0.0)
    early = pl.col("office_claims") & (pl.col("voice_at") + margin < pl.col("agent_answered_at"))
    return early.fill_null(value=False)


def moment() -> pl.Expr:
    """``human_voice_at`` of answered calls: inside the call, and not before anybody picked up."""
    inside = pl.col("voice_at") <= pl.col("ended_at") + _SLACK_MS
    heard_then = (pl.col("heard") == "voice") & pl.col("voice_at").is_not_null()
    usable = pl.col("answered") & heard_then & inside.fill_null(value=True) & ~too_early()
    return pl.when(usable).then(
        pl.min_horizontal(
            pl.max_horizontal("voice_at", "started_at"), pl.col("ended_at").fill_null(pl.col("voice_at"))
        )
    )


def with_seconds(facts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``voice_s`` (first live word after the call's start) and ``voice_off_s`` (how far off) for the reasons."""
    after = (pl.col("human_voice_at") - pl.col("started_at")) / 1000.0
    return facts.with_columns(
        voice_s=after.round(1),
        voice_off_s=pl.when(after.is_not_null()).then(pl.col("voice_uncertainty_s").round(1)),
        voice_confidence=pl.col("voice_confidence").round(3),
    )


Reason = tuple[pl.Expr, pl.Expr]
"""When a reason holds, and the reason."""

_NAMED: Final = {"recording": "voice_recording", "confidence": "voice_confidence"}


def deciding() -> tuple[Reason, ...]:
    """What the recording says where it decides."""
    told = reason_json("recording_voice", seconds="voice_s", uncertainty="voice_off_s", **_NAMED)
    spoken = (pl.col("heard") == "voice") & pl.col("answered") & ~too_early()
    return (spoken, told), (pl.col("unheard"), reason_json("recording_nobody", **_NAMED))


def beside() -> tuple[Reason, ...]:
    """What the recording says where others decide."""
    said, decides = pl.col("heard"), pl.col("answered") & ~too_early()
    told = reason_json("recording_voice", recording="voice_recording", confidence="voice_confidence")
    side = reason_json("recording_side_silent", recording="voice_recording", side="silent_side")
    return (
        ((said == "voice") & too_early(), reason_json("voice_before_answer", recording="voice_recording")),
        ((said == "voice") & ~decides & ~too_early(), told),
        ((said == "nobody") & ~pl.col("unheard"), reason_json("recording_nobody", **_NAMED)),
        (said == "doubtful", reason_json("recording_doubtful", **_NAMED)),
        (said == "faulty", side),
    )
