"""What was heard in a call's recording, on its page."""

from __future__ import annotations

from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.web.call.tests.conftest import add_recording
from callwitness.web.ui.cast import Cast, Person


def _page(cast: Cast, who: Person) -> str:
    answer = who.client.get(cast.url("call/c-abandoned/"))
    assert answer.status_code == 200
    return answer.content.decode()


def _hear(cast: Cast, **facts: Any) -> m.Hearing:
    """The exchange denies and the contractor claims an answer; the recording has a voice after 37.2 s."""
    call = cast.calls["abandoned"]
    contractor = m.Source.objects.create(workspace=cast.workspace, name="contractor", role="contractor")
    m.Witness.objects.create(
        call=call, source=contractor, native_call_id="k", match="matched", excluded_because="", rule="", agent="", recording="",
        started_at=call.started_at, result="answered", human=True, wait_s=18.0,
    )  # fmt: skip
    recording = add_recording(cast, call)
    told: dict[str, Any] = {
        "workspace": cast.workspace, "line": "x", "sha256": recording.sha256, "status": "answered", "human_voice_s": 37.2,
        "confidence": 0.96, "method": "test-1", "duration_s": 45.0, "heard_at": 1,
        "spans": [[0, 30, "music"], [30, 37.2, "announcement"], [37.2, 45, "speech"]],
    }  # fmt: skip
    return m.Hearing.objects.create(recording=recording, **told | facts)


def test_the_strip_stands_above_the_waveform_with_the_moment(shown: Cast) -> None:
    _hear(shown)
    page = _page(shown, shown.olga)
    assert "A live voice answers at 0:37.2 of the recording (sure: 96" in page
    assert 0 < page.index('class="strip"') < page.index('class="wave"')
    assert 'data-voice="37.20"' in page
    assert 'data-moment-line x1="82.67%"' in page
    assert "controls" not in page.partition("<audio")[2].partition(">")[0]
    assert '<i class="swatch span-announcement"></i> announcement' in page


def test_contractor_exchange_and_recording_stand_side_by_side(shown: Cast) -> None:
    _hear(shown)
    call = shown.calls["abandoned"]
    m.Call.objects.filter(pk=call.pk).update(human_voice_at=call.started_at + 39_000)
    claims = _page(shown, shown.olga).partition("Somebody answered after")[2].partition("</table>")[0]
    assert claims.index("Contractor") < claims.index("exchange") < claims.index("Recording")
    assert "0:18" in claims
    assert "nobody answered" in claims
    assert "0:39.0 (sure: 96" in claims  # the recording began 1.8 s after the call


def test_what_is_not_sure_is_drawn_as_a_doubt(shown: Cast) -> None:
    _hear(shown, status="unsure", confidence=0.46)
    call = shown.calls["abandoned"]
    m.Call.objects.filter(pk=call.pk).update(human_voice_at=call.started_at + 39_000)
    bar = _page(shown, shown.olga).partition("Recording</th>")[2].partition("</tr>")[0]
    assert '<rect class="doubt"' in bar
    m.Hearing.objects.update(status="answered", confidence=0.97)
    bar = _page(shown, shown.olga).partition("Recording</th>")[2].partition("</tr>")[0]
    assert '<rect class="ok"' in bar


@pytest.mark.parametrize("decided", ["nobody", "voice"])
def test_what_a_person_decided_is_told_as_hers_and_not_weighed(shown: Cast, decided: str) -> None:
    told = {"decided": decided, "decided_s": 5.0 if decided == "voice" else None}
    hearing = _hear(shown, decided_by=shown.olga.user, **told)
    params = {"recording": str(hearing.pk), "confidence": 1.0}
    reasons = [{"code": f"recording_{decided}", "params": params}]
    m.Call.objects.filter(pk=shown.calls["abandoned"].pk).update(reasons=reasons)
    page = _page(shown, shown.olga)
    assert "of the answering side speaks. Heard by Olga." in page
    assert ", as heard by Olga" in page.partition("Recording</th>")[2].partition("</tr>")[0]
    assert "sure: 100" not in page
    assert "sure 100" not in page


def test_a_recording_that_cannot_be_placed_is_not_measured_against_waits(shown: Cast) -> None:
    _hear(shown)
    claims = _page(shown, shown.olga).partition("Somebody answered after")[2].partition("</table>")[0]
    assert "at 0:37.2 of the recording (sure: 96" in claims
    assert "<svg" not in claims.partition("Recording</th>")[2]


def test_a_voice_that_a_person_heard_is_a_claim_though_a_side_is_silent(shown: Cast) -> None:
    _hear(shown, status="unsure", human_voice_s=None, silence="far", decided="voice", decided_s=3.5)
    assert "at 0:03.5 of the recording" in _page(shown, shown.olga)


def test_an_operator_hears_own_calls_and_does_not_decide(shown: Cast) -> None:
    _hear(shown, status="unsure")
    m.CallAgent.objects.create(
        call=shown.calls["abandoned"], agent=shown.agents["ivanna"], talked=False, started_at=1
    )
    assert "0:37.2" in _page(shown, shown.ivanna)
    assert "Decide it" not in _page(shown, shown.ivanna)


def test_whoever_may_decide_is_led_to_where_that_is_done(shown: Cast) -> None:
    hearing = _hear(shown, status="unsure", confidence=0.4)
    page = _page(shown, shown.olga)
    place = f"doubtful/?call=c-abandoned#r-{hearing.pk}"
    assert f'{place}">Decide it' in page
    assert "doubtful/?call" not in _page(shown, shown.auditor)
    m.Hearing.objects.update(status="answered", confidence=0.99)
    assert f'{place}">Correct it' in _page(shown, shown.olga)


def test_a_side_without_sound_is_a_fault_and_no_claim(shown: Cast) -> None:
    _hear(shown, status="unsure", human_voice_s=None, silence="far", problem="<b>It was cut.</b>")
    page = _page(shown, shown.olga)
    assert "The answering side is digital silence throughout: a fault of the recording." in page
    assert "&lt;b&gt;It was cut." in page
    assert "Recording</th>" not in page


def test_bytes_that_were_replaced_wait_to_be_heard(shown: Cast) -> None:
    _hear(shown, sha256="ab" * 32)
    page = _page(shown, shown.olga)
    assert "Nobody has listened to this recording yet." in page
    assert "0:37.2" not in page


def test_history_says_that_the_recording_changed_the_call(shown: Cast) -> None:
    m.CallVersion.objects.create(
        call=shown.calls["abandoned"], number=2, at=1, changes={"human_voice_at": [None, 1_790_000_000_000]}
    )
    assert "because of what is heard in the recording" in _page(shown, shown.olga)


def test_a_recording_is_named_by_its_record_alone_and_only_where_numbers_are_seen(shown: Cast) -> None:
    reasons = [
        {"code": "recording_side_silent", "params": {"recording": "1234", "side": "far"}},
        {"code": "recording_named", "params": {"recording": "in-79160000001.wav"}},
    ]
    m.Call.objects.filter(pk=shown.calls["answered"].pk).update(reasons=reasons)
    pages = [
        who.client.get(shown.url("call/c-answered/")).content.decode() for who in (shown.olga, shown.agency)
    ]
    assert "1234" not in pages[0].partition("One side of")[2][:80]
    assert "The records name in-79160000001.wav" in pages[0]
    assert "in-79160000001" not in pages[1]
