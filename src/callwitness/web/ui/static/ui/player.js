// A recording: [data-player] holds an <audio>. space plays, arrows move 5 s, [ ] change the speed, v jumps to the voice
// (data-voice, seconds). Buttons: data-play, data-skip="-5", data-speed; svg [data-wave] shows and sets the place;
// [data-at] anywhere on the page jumps to its seconds.
import { isTyping } from "./typing.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const SKIP_S = 5;
const player = () => document.querySelector("[data-player]:focus-within") ?? document.querySelector("[data-player]");
const audioOf = (box) => box?.querySelector("audio");

const jump = (audio, to) => {
  audio.currentTime = Math.max(0, Math.min(audio.duration || to, to));
};
const toggle = (audio) => (audio.paused ? audio.play().catch(() => {}) : audio.pause());
const faster = (audio, step) => {
  const place = SPEEDS.indexOf(audio.playbackRate);
  audio.playbackRate = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (place < 0 ? 2 : place) + step))];
};
const toVoice = (box, audio) => box.dataset.voice && (jump(audio, Number(box.dataset.voice)), audio.play().catch(() => {}));

const KEYS = {
  " ": (box, audio) => toggle(audio),
  ArrowRight: (box, audio) => jump(audio, audio.currentTime + SKIP_S),
  ArrowLeft: (box, audio) => jump(audio, audio.currentTime - SKIP_S),
  "]": (box, audio) => faster(audio, 1),
  "[": (box, audio) => faster(audio, -1),
  v: toVoice,
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
  if (place && audioOf(player())) {
    jump(audioOf(player()), Number(place.dataset.at));
    audioOf(player()).play().catch(() => {});
    return;
  }
  if (!audio) return;
  const wave = event.target.closest("[data-wave]");
  if (event.target.closest("[data-play]")) toggle(audio);
  else if (event.target.closest("[data-skip]")) jump(audio, audio.currentTime + Number(event.target.closest("[data-skip]").dataset.skip));
  else if (event.target.closest("[data-speed]")) faster(audio, audio.playbackRate >= 2 ? -6 : 1);
  else if (event.target.closest("[data-to-voice]")) toVoice(box, audio);
  else if (wave && audio.duration) {
    const frame = wave.getBoundingClientRect();
    jump(audio, ((event.clientX - frame.left) / frame.width) * audio.duration);
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
};
for (const name of ["timeupdate", "seeked", "ratechange", "play", "pause", "ended"]) document.addEventListener(name, show, true);
