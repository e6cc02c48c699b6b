"""How fast one source may send: a bucket of tokens for each, filled steadily."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """per_s: bodies a second in the long run; burst: as many at once after a pause."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._buckets: dict[int, _Bucket] = {}

    def take(self, source_id: int, now: float) -> bool:
        """Whether the source may send one more body. now: seconds, monotonic."""
        bucket = self._buckets.setdefault(source_id, _Bucket(self._burst, now))
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_s)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
