"""What the worker does with recordings that wait: hears them by line, writes facts down, tells the days."""

from __future__ import annotations

import pytest

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.hearing import decisions, pieces
from callwitness.services.hearing.due import Batch, file_name, line_of, next_batch
from callwitness.services.hearing.ears import Known, Recorded, Wish
from callwitness.services.hearing.job import HearingJob
from callwitness.services.hearing.tests.conftest import DAY, NOW, Office, SaidEars, facts
from callwitness.services.recordings.links import link_recordings

pytestmark = pytest.mark.django_db

TUNE = Known("p1", "", "music", 12.5, 3, None, None, counts_as_answer=False)


def work(job: HearingJob, rounds: int = 12) -> None:
    for step in range(rounds):
        job(NOW + step)


def hear(ears: SaidEars) -> HearingJob:
    job = HearingJob(ears)
    work(job)
    return job


def test_facts_of_a_recording_are_kept_and_its_day_is_derived_again(office: Office) -> None:
    kept = office.record()
    m.DirtyDay.objects.all().delete()
    hear(SaidEars())
    hearing = m.Hearing.objects.get()
    assert (hearing.recording, hearing.answer, hearing.voice_s, hearing.sureness) == (
        kept,
        "answered",
        0.4,
        0.9,
    )
    assert (hearing.line, hearing.sha256, hearing.known_by) == ("+74950000001", kept.sha256, "test-1")
    assert hearing.spans == [[0.0, 0.4, "music"], [0.4, 1.0, "speech"]]
    assert [row.day for row in m.DirtyDay.objects.all()] == [(NOW + 60_000) // DAY]
    kept.refresh_from_db()
    assert not kept.to_hear


def test_recordings_of_a_line_are_heard_together_in_order_of_time(office: Office) -> None:
    first, second = office.record(), office.record()
    other = office.record("+74950000002")
    ears = SaidEars()
    hear(ears)
    assert [[name for name, _ in task.files] for task in ears.tasks] == [
        [file_name(other)],
        [file_name(first), file_name(second)],
    ]
    assert {task.line for task in ears.tasks} == {"+74950000001", "+74950000002"}
    assert next_batch() is None


def test_a_batch_is_bounded(office: Office) -> None:
    for _ in range(30):
        office.record(seconds=0.1)
    ears = SaidEars()
    hear(ears)
    assert [len(task.files) for task in ears.tasks] == [24, 6]


def test_a_recording_without_a_call_waits_for_it_and_is_then_heard_by_itself(office: Office) -> None:
    kept = office.record()
    m.Recording.objects.update(call=None, native_call_id="", tries=0)
    assert next_batch() is None
    m.Recording.objects.update(tries=3)
    kept.refresh_from_db()
    hear(SaidEars())
    assert m.Hearing.objects.get().line == "office"
    m.Recording.objects.update(next_try_at=None)
    link_recordings(office.workspace, NOW)
    batch = next_batch()
    assert batch is not None
    assert batch.line == "+74950000001"


@pytest.mark.parametrize("direction", ["outbound", "internal"])
def test_calls_that_are_not_inbound_are_a_line_together(office: Office, direction: str) -> None:
    assert line_of(office.record(direction=direction)) == direction


def test_one_that_kills_the_process_is_given_up_and_the_others_are_heard(office: Office) -> None:
    good, deadly, fine = office.record(), office.record(), office.record()
    ears = SaidEars()
    ears.deadly = {file_name(deadly)}
    hear(ears)
    told = {row.recording_id: row.status for row in m.Hearing.objects.all()}
    assert told == {good.pk: "answered", deadly.pk: "unreadable", fine.pk: "answered"}
    assert "log of the server" in m.Hearing.objects.get(recording=deadly).problem


def test_what_failed_is_tried_once_more_when_a_worker_begins(office: Office) -> None:
    deadly = office.record()
    ears = SaidEars()
    ears.deadly = {file_name(deadly)}
    hear(ears)
    hear(SaidEars())
    hearing = m.Hearing.objects.get()
    assert (hearing.status, hearing.problem) == ("answered", "")


def test_bytes_that_are_gone_are_said_to_be(office: Office) -> None:
    gone = office.record()
    evidence_store().delete(gone.sha256)
    hear(SaidEars())
    hearing = m.Hearing.objects.get()
    assert (hearing.status, hearing.problem) == ("unreadable", "its bytes are not in the store any more")


def test_a_fact_that_stays_the_same_dirties_no_day(office: Office) -> None:
    kept = office.record()
    hear(SaidEars())
    m.DirtyDay.objects.all().delete()
    m.Recording.objects.update(to_hear=True)
    hear(SaidEars())
    assert not m.DirtyDay.objects.exists()
    m.Recording.objects.update(to_hear=True)
    hear(SaidEars({file_name(kept): facts(file_name(kept), 0.7)}))
    assert m.DirtyDay.objects.exists()


def test_doubtful_ones_are_heard_again_when_their_line_has_doubled(office: Office) -> None:
    kept = office.record()
    unsure = facts(file_name(kept), 0.4, 0.3, "unsure")
    hear(SaidEars({unsure.file: unsure}))
    for _ in range(2):
        office.record()
    ears = SaidEars({unsure.file: unsure})
    hear(ears)
    assert [len(task.files) for task in ears.tasks] == [2, 1]
    assert m.Hearing.objects.get(recording=kept).taught == 4


def test_a_decision_stands_until_other_bytes_take_the_place(office: Office) -> None:
    kept = office.record()
    hear(SaidEars())
    m.DirtyDay.objects.all().delete()
    decisions.answered_at(m.Hearing.objects.get(), None, 0.83, NOW)
    assert m.DirtyDay.objects.exists()
    m.Recording.objects.update(to_hear=True)
    hear(SaidEars({file_name(kept): facts(file_name(kept), None)}))
    hearing = m.Hearing.objects.get()
    assert (hearing.status, hearing.answer, hearing.voice_s, hearing.known_by) == (
        "nobody",
        "answered",
        0.83,
        "person",
    )
    m.Recording.objects.update(to_hear=True, sha256="cd" * 32)
    m.Recording.objects.update(sha256=office.record("+74950000009").sha256)
    hear(SaidEars({file_name(kept): facts(file_name(kept), None)}))
    assert m.Hearing.objects.get(recording=kept).answer == "nobody"
    assert m.HearingDecision.objects.get().begin_s == 0.83


def test_pieces_of_a_line_become_rows_that_people_can_name(office: Office) -> None:
    office.record()
    ears = SaidEars(pieces=[TUNE])
    job = hear(ears)
    piece = m.Piece.objects.get()
    assert (piece.line, piece.kind, piece.heard_in, piece.told) == ("+74950000001", "music", 3, True)
    pieces.name(piece, "  Four\nSeasons ")
    work(job, 2)
    assert ears.tasks[-1].wishes == [Wish("p1", "Four Seasons", counts_as_answer=False, forget=False)]
    assert ears.tasks[-1].files == []


def test_what_a_person_said_is_not_lost_when_a_batch_ends(office: Office) -> None:
    office.record()
    ears = SaidEars(pieces=[TUNE])
    job = HearingJob(ears)
    work(job, 2)
    office.record()
    job(NOW)  # a batch is under way, begun before somebody gives a name
    pieces.name(m.Piece.objects.get(), "Tune")
    job(NOW)
    piece = m.Piece.objects.get()
    assert (piece.name, piece.told) == ("Tune", False)


def test_the_last_stretch_of_a_recording_can_be_named_however_it_was_rounded(office: Office) -> None:
    office.record()
    hear(SaidEars())
    m.Hearing.objects.update(duration_s=17.996)
    hearing = m.Hearing.objects.get()
    decisions.stretch(hearing, None, "live", 10.0, 18.0, NOW)
    assert m.HearingDecision.objects.get().end_s == 18.0
    for begin, end in ((10.0, 18.1), (-1.0, 3.0), (3.0, 3.1)):
        with pytest.raises(UsageError):
            decisions.stretch(hearing, None, "live", begin, end, NOW)


def test_bytes_that_came_while_others_were_heard_are_heard_too(office: Office) -> None:
    kept = office.record()
    job = HearingJob(SaidEars())
    job(NOW)
    fresh = office.record("+74950000009").sha256
    m.Recording.objects.filter(pk=kept.pk).update(sha256=fresh)
    job(NOW + 1)
    assert not m.Hearing.objects.filter(recording=kept).exists()
    work(job)
    assert m.Hearing.objects.get(recording=kept).sha256 == fresh


def test_a_recording_that_moved_to_another_line_meanwhile_is_heard_with_that_line(office: Office) -> None:
    kept = office.record()
    job = HearingJob(SaidEars())
    job(NOW)
    m.Call.objects.update(did="+74950000002")
    work(job)
    assert m.Hearing.objects.get(recording=kept).line == "+74950000002"
    assert next_batch() is None


def test_a_recording_that_is_gone_when_its_batch_ends_harms_nobody(office: Office) -> None:
    gone, kept = office.record(), office.record()
    job = HearingJob(SaidEars())
    job(NOW)
    gone.delete()
    job(NOW + 1)
    assert [row.recording_id for row in m.Hearing.objects.all()] == [kept.pk]


def test_what_was_heard_before_stands_when_hearing_it_again_fails(office: Office) -> None:
    kept = office.record()
    hear(SaidEars())
    m.Recording.objects.update(to_hear=True)
    ears = SaidEars()
    ears.deadly = {file_name(kept)}
    hear(ears)
    assert (m.Hearing.objects.get().status, next_batch()) == ("answered", None)


def test_a_stretch_said_while_its_recording_is_heard_teaches_afterwards(office: Office) -> None:
    kept = office.record()
    ears = SaidEars()
    job = hear(ears)
    m.Recording.objects.update(to_hear=True)
    job(NOW + 100)
    decisions.stretch(m.Hearing.objects.get(), None, "recorded", 0.0, 0.3, NOW + 101)
    job(NOW + 102)
    assert ears.tasks[-1].recorded == [Recorded(file_name(kept), 0.0, 0.3, greeting=False)]


def test_a_greeting_named_while_its_recording_is_heard_is_heard_again(office: Office) -> None:
    kept = office.record()
    ears = SaidEars(pieces=[TUNE])
    ears.places = {file_name(kept): [("p1", 0.0, 0.4)]}
    job = hear(ears)
    m.Recording.objects.update(to_hear=True)
    job(NOW + 100)
    pieces.count_as_answer(m.Piece.objects.get(), yes=True)
    job(NOW + 101)
    assert ears.tasks[-1].wishes == [Wish("p1", "", counts_as_answer=True, forget=False)]
    assert [name for name, _ in ears.tasks[-1].files] == [file_name(kept)]


def test_what_a_person_said_waits_for_a_library_that_cannot_be_told(office: Office) -> None:
    office.record()
    ears = SaidEars(pieces=[TUNE])
    job = hear(ears)
    ears.pieces = None
    pieces.name(m.Piece.objects.get(), "Tune")
    work(job)
    asked = len(ears.tasks)
    work(job)
    assert len(ears.tasks) == asked  # nothing is asked over and over
    assert (m.Piece.objects.get().name, m.Piece.objects.get().told) == ("Tune", False)
    job(NOW + 3_600_000)
    assert ears.tasks[-1].wishes == [Wish("p1", "Tune", counts_as_answer=False, forget=False)]


def test_recordings_with_a_piece_are_heard_again_when_it_is_forgotten(office: Office) -> None:
    kept = office.record()
    office.record()
    hear(SaidEars(pieces=[TUNE]))
    m.Hearing.objects.filter(recording=kept).update(known=[["p1", 0.0, 0.4]])
    assert pieces.forget(m.Piece.objects.get()) == 1
    ears = SaidEars()
    hear(ears)
    assert [name for name, _ in ears.tasks[0].files] == [file_name(kept)]
    assert not m.Piece.objects.exists()


def test_a_greeting_is_told_to_the_library_and_its_recordings_are_heard_again(office: Office) -> None:
    kept = office.record()
    ears = SaidEars(pieces=[TUNE])
    ears.places = {file_name(kept): [("p1", 0.0, 0.4)]}
    job = hear(ears)
    decisions.stretch(m.Hearing.objects.get(), None, "greeting", 0.0, 0.4, NOW - 1)
    assert m.Piece.objects.get().counts_as_answer
    work(job)
    assert ears.tasks[-1].wishes == [Wish("p1", "", counts_as_answer=True, forget=False)]
    assert [name for name, _ in ears.tasks[-1].files] == [file_name(kept)]
    assert ears.tasks[-1].recorded == []


def test_a_stretch_that_nobody_knew_is_taught_as_recorded(office: Office) -> None:
    kept, other = office.record(), office.record()
    unsure = facts(file_name(other), 0.4, 0.3, "unsure")
    ears = SaidEars({unsure.file: unsure})
    job = hear(ears)
    decisions.stretch(m.Hearing.objects.get(recording=kept), None, "recorded", 0.0, 0.3, NOW)
    work(job)
    assert ears.tasks[-1].recorded == [Recorded(file_name(kept), 0.0, 0.3, greeting=False)]
    assert [name for name, _ in ears.tasks[-1].files] == [file_name(kept), file_name(other)]
    decisions.stretch(m.Hearing.objects.get(recording=kept), None, "live", 0.0, 0.3, NOW)
    assert decisions.recorded(Batch(office.workspace, "+74950000001", [kept])) == []
