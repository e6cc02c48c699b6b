// Cards of doubtful answers ([data-doubt]): 1..9 choose a moment and play around it, m takes the playhead, Enter decides,
// n is nobody, s goes on to the next. The player has its own keys (a plays the 5 s around the moment).
import { isTyping } from "../ui/typing.js";

const cards = () => [...document.querySelectorAll("[data-doubt]")];
const open = () => cards().filter((card) => !card.hasAttribute("data-decided"));
const here = () => document.activeElement?.closest?.("[data-doubt]") ?? open()[0];
const go = (card) => {
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
};
const next = (card) => open().find((each) => each.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_PRECEDING) ?? open()[0];
const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;

const chosen = (card, radio) => {
  card.dataset.voice = radio.value;
  const line = card.querySelector("[data-moment-line]");
  const share = `${(100 * Number(radio.value)) / Number(card.dataset.length)}%`;
  if (line) {
    line.setAttribute("x1", share);
    line.setAttribute("x2", share);
    line.setAttribute("class", "moment-chosen");
  }
};
const choose = (card, radio) => {
  if (!radio) return false;
  radio.checked = true;
  chosen(card, radio);
  card.dispatchEvent(new CustomEvent("around", { bubbles: true }));
  return true;
};
const take = (card) => {
  const radio = card.querySelector("[data-here]");
  const audio = card.querySelector("audio");
  if (!radio || !audio) return false;
  radio.value = audio.currentTime.toFixed(2);
  radio.checked = true;
  card.querySelector("[data-here-at]").textContent = clock(audio.currentTime);
  chosen(card, radio);
  return true;
};
const press = (card, what) => {
  const button = card.querySelector(what);
  button?.click();
  return Boolean(button);
};
const skip = (card) => {
  card.querySelector("audio")?.pause();
  go(next(card));
  return true;
};

const KEYS = {
  m: take,
  n: (card) => press(card, "[data-nobody]"),
  s: skip,
  Enter: (card) => press(card, "[data-accept]"),
};

document.addEventListener("keydown", (event) => {
  const card = here();
  if (!card || event.defaultPrevented || isTyping(event)) return;
  if (event.key === "Enter" && event.target.closest("button, a, summary, [role=button]")) return;
  const act = /^[1-9]$/.test(event.key)
    ? (at) => choose(at, at.querySelector(`[data-moment][data-key="${event.key}"]`))
    : KEYS[event.key];
  if (act?.(card)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const card = event.target.closest("[data-doubt]");
  if (card && event.target.matches("[data-moment]")) choose(card, event.target);
  if (card && event.target.matches("[data-here]")) take(card);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pass]")) skip(event.target.closest("[data-doubt]"));
});

// who decided one goes on to the next; who said what a stretch is stays
document.addEventListener("htmx:afterSwap", () => {
  const acted = document.querySelector("[data-doubt][data-acted]");
  if (!acted) return;
  acted.removeAttribute("data-acted");
  go(acted.hasAttribute("data-decided") ? next(acted) ?? acted : acted);
});

if (!location.hash) go(open()[0]);
