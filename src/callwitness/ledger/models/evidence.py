"""Evidence as it arrived, the records read from it, and the rows that could not be read."""

from __future__ import annotations

from django.db import models

from callwitness.ledger.models.source import Source


class Evidence(models.Model):
    """Untouched bytes of one arrival; the bytes themselves lie in the store under their SHA-256.

    state: pending (stored, not read yet) | read | failed (nothing in it can be read: problem says why).
    how: upload | folder | import | webhook. again: to be read anew with today's settings; what was read before is
    believed until then. notes: [[code, params], ...] as the adapter told them.
    """

    PENDING, READ, FAILED = "pending", "read", "failed"
    STATES = ((PENDING, "pending"), (READ, "read"), (FAILED, "failed"))

    source = models.ForeignKey(Source, models.CASCADE, related_name="evidence")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=400)
    size = models.BigIntegerField()
    how = models.CharField(max_length=10)
    arrived_at = models.BigIntegerField()
    adapter = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, choices=STATES, default=PENDING)
    again = models.BooleanField(default=False)
    problem = models.TextField(blank=True, default="")
    rows = models.IntegerField(default=0)
    records = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    first_at = models.BigIntegerField(null=True, blank=True)
    last_at = models.BigIntegerField(null=True, blank=True)
    notes = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "sha256"], name="evidence_once"),)
        indexes = (
            models.Index(fields=["state"], name="evidence_state"),
            models.Index(fields=["source", "arrived_at"], name="evidence_arrived"),
        )

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    """One row of evidence as the source states it: what screens show of domain.schema.RECORDS, times uncorrected.

    The whole record lies in the day files (ledger.record_store); written in bulk, never through the ORM.
    file: as shown (``archive!member``); row: physical first line (``sheet!row``).
    """

    source = models.ForeignKey(Source, models.CASCADE, db_index=False)
    evidence = models.ForeignKey(Evidence, models.CASCADE)
    record_id = models.CharField(max_length=60)
    file = models.CharField(max_length=400)
    row = models.CharField(max_length=120)
    kind = models.CharField(max_length=8)
    witness = models.CharField(max_length=12)
    native_id = models.CharField(max_length=200, blank=True, default="")
    native_call_id = models.CharField(max_length=500)
    direction = models.CharField(max_length=8, blank=True, default="")
    caller_raw = models.CharField(max_length=120, blank=True, default="")
    caller = models.CharField(max_length=60, blank=True, default="")
    called = models.CharField(max_length=60, blank=True, default="")
    did = models.CharField(max_length=60, blank=True, default="")
    segment = models.CharField(max_length=12, blank=True, default="")
    queue = models.CharField(max_length=120, blank=True, default="")
    agent = models.CharField(max_length=120, blank=True, default="")
    extension = models.CharField(max_length=60, blank=True, default="")
    trunk = models.CharField(max_length=120, blank=True, default="")
    started_at = models.BigIntegerField(null=True)
    answered_at = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    result = models.CharField(max_length=12, blank=True, default="")
    cause = models.CharField(max_length=120, blank=True, default="")
    recording = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "record_id"], name="record_once"),)
        indexes = (models.Index(fields=["source", "native_call_id"], name="record_call"),)

    def __str__(self) -> str:
        return self.record_id


class RejectedRow(models.Model):
    """A row that could not be read, kept with the reason; raw is cut at 500 characters."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="rejected_rows")
    file = models.CharField(max_length=400)
    row = models.CharField(max_length=120)
    reason = models.TextField()
    raw = models.TextField()

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"
