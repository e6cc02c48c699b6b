// A recording: [data-player] holds an <audio>. space plays, arrows move 5 s, [ ] change the speed, v plays from 5 s before
// the voice (data-voice, seconds), a only the 5 s around it. Buttons: data-play, data-skip="-5", data-speed, data-to-voice,
// data-around; [data-wave] shows and sets the place, its [data-strip] plays from 5 s before; [data-at] jumps to its seconds,
// of the recording it stands in, else of the first one.
import { isTyping } from "./typing.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const SKIP_S = 5;
const LEAD_S = 5;
const AROUND_S = 2.5;
const player = () => document.querySelector("[data-player]:focus-within") ?? document.querySelector("[data-player]");
const audioOf = (box) => box?.querySelector("audio");

let end = null; // where a listening ends by itself: {audio, at}

const jump = (audio, to) => {
  end = null;
  audio.currentTime = Math.max(0, Math.min(audio.duration || to, to));
};
const toggle = (audio) => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
const faster = (audio, step) => {
  const place = SPEEDS.indexOf(audio.playbackRate);
  audio.playbackRate = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (place < 0 ? 2 : place) + step))];
};
const playFrom = (audio, at) => {
  jump(audio, at);
  audio.play().catch(() => {});
};
const toVoice = (box, audio) => box.dataset.voice && playFrom(audio, Number(box.dataset.voice) - LEAD_S);
const around = (box, audio) => {
  if (!box.dataset.voice) return;
  const at = Number(box.dataset.voice);
  playFrom(audio, at - AROUND_S);
  end = { audio, at: at + AROUND_S };
};
document.addEventListener("timeupdate", (event) => {
  if (end?.audio === event.target && event.target.currentTime >= end.at) {
    end = null;
    event.target.pause();
  }
}, true);
document.addEventListener("pause", () => { end = null; }, true);
// whoever asks for a moment to be heard: a card in which another one was chosen
document.addEventListener("around", (event) => around(event.target, audioOf(event.target)));

const KEYS = {
  " ": (box, audio) => toggle(audio),
  ArrowRight: (box, audio) => jump(audio, audio.currentTime + SKIP_S),
  ArrowLeft: (box, audio) => jump(audio, audio.currentTime - SKIP_S),
  "]": (box, audio) => faster(audio, 1),
  "[": (box, audio) => faster(audio, -1),
  v: toVoice,
  a: around,
};

document.addEventListener("keydown", (event) => {
  const box = player();
  const audio = audioOf(box);
  if (!audio || event.defaultPrevented || isTyping(event) || !KEYS[event.key]) return;
  if (event.key === " " && event.target.closest("button, a, summary, audio, [role=button]")) return;
  KEYS[event.key](box, audio);
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-player]");
  const audio = audioOf(box);
  const place = event.target.closest("[data-at]");
  if (place && (audio ?? audioOf(player()))) {
    playFrom(audio ?? audioOf(player()), Number(place.dataset.at));
    return;
  }
  if (!audio) return;
  const wave = event.target.closest("[data-wave]");
  if (event.target.closest("[data-play]")) toggle(audio);
  else if (event.target.closest("[data-skip]")) jump(audio, audio.currentTime + Number(event.target.closest("[data-skip]").dataset.skip));
  else if (event.target.closest("[data-speed]")) faster(audio, audio.playbackRate >= 2 ? -6 : 1);
  else if (event.target.closest("[data-to-voice]")) toVoice(box, audio);
  else if (event.target.closest("[data-around]")) around(box, audio);
  else if (wave) {
    const frame = wave.getBoundingClientRect();
    const at = ((event.clientX - frame.left) / frame.width) * (audio.duration || Number(box.dataset.length));
    if (event.target.closest("[data-strip]")) playFrom(audio, at - LEAD_S);
    else jump(audio, at);
  }
});

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const show = (event) => {
  const audio = event.target;
  const box = audio.closest?.("[data-player]");
  if (!box) return;
  const share = audio.duration ? audio.currentTime / audio.duration : 0;
  box.querySelectorAll("[data-cursor]").forEach((line) => {
    line.setAttribute("x1", `${100 * share}%`);
    line.setAttribute("x2", `${100 * share}%`);
  });
  box.querySelectorAll("[data-now]").forEach((text) => { text.textContent = clock(audio.currentTime); });
  box.querySelectorAll("[data-speed]").forEach((text) => { text.textContent = `${audio.playbackRate}×`; });
  box.classList.toggle("playing", !audio.paused);
  box.classList.toggle("moved", audio.currentTime > 0);
};
for (const name of ["timeupdate", "seeked", "ratechange", "play", "pause", "ended"]) document.addEventListener(name, show, true);
