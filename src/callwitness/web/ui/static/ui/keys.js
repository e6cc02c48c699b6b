// Keys of the whole page: / search, g then t c l, e export, c comment, ? help. Rows and player have their own.
import { isTyping } from "./typing.js";

const WAIT_MS = 1200;
let afterG = -Infinity;

const focusOn = (element) => {
  if (!element) return false;
  element.scrollIntoView({ block: "nearest" });
  element.focus();
  element.select?.();
  return true;
};
const click = (selector) => {
  const element = document.querySelector(selector);
  element?.click();
  return Boolean(element);
};
const KEYS = {
  "/": () => focusOn(document.querySelector("[data-search], #find")),
  "?": () => document.getElementById("keys")?.showModal() === undefined,
  e: () => click("[data-export]"),
  c: () => focusOn(document.querySelector("[data-comment]")),
};

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.timeStamp - afterG < WAIT_MS) {
    afterG = -Infinity;
    if (/^[a-z]$/.test(event.key) && click(`[data-go="${event.key}"]`)) event.preventDefault();
    return;
  }
  if (event.key === "g") afterG = event.timeStamp;
  else if (KEYS[event.key]?.()) event.preventDefault();
});
