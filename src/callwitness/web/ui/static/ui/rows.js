// Rows of a table (tr[data-row] in [data-rows]): j k move, o opens, x selects, f and F filter by the cell, ← → choose
// the cell. A long press on a cell shows its two filters on a phone.
import { isTyping } from "./typing.js";

const HELD_MS = 450;
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent !== null || row.getClientRects().length);
const here = () => document.activeElement?.closest?.("[data-row]");
const cells = (row) => [...row.querySelectorAll("[data-cell]")].filter((cell) => cell.getClientRects().length);
const cellAt = (row) => row.querySelector("[data-cell].at") ?? cells(row)[0];

const point = (row, place) => {
  const all = cells(row);
  document.querySelectorAll("[data-cell].at").forEach((cell) => cell.classList.remove("at"));
  const cell = all[Math.max(0, Math.min(all.length - 1, place))];
  cell?.classList.add("at");
  cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
};

const move = (step) => {
  const all = rows();
  if (!all.length) return false;
  const row = here();
  const place = row ? cells(row).indexOf(cellAt(row)) : 0;
  const next = all[row ? Math.max(0, Math.min(all.length - 1, all.indexOf(row) + step)) : 0];
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  point(next, place);
  return true;
};

const inRow = (act) => {
  const row = here();
  return row ? act(row) !== false : false;
};
const follow = (link) => (link ? (link.click(), true) : false);
const sideways = (step) => inRow((row) => cells(row).length > 0 && point(row, cells(row).indexOf(cellAt(row)) + step));

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: () => inRow((row) => follow(row.querySelector("[data-main]") ?? row.querySelector("a[href]"))),
  x: () => inRow((row) => follow(row.querySelector("input[type=checkbox]"))),
  f: () => inRow((row) => follow(cellAt(row)?.querySelector("[data-only]"))),
  F: () => inRow((row) => follow(cellAt(row)?.querySelector("[data-not]"))),
  ArrowRight: () => sideways(1),
  ArrowLeft: () => sideways(-1),
};

document.addEventListener("keydown", (event) => {
  if (!isTyping(event) && KEYS[event.key]?.()) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-row] input[type=checkbox]");
  box?.closest("[data-row]").classList.toggle("marked", box.checked);
});

let timer = 0;
const release = () => clearTimeout(timer);
document.addEventListener("touchstart", (event) => {
  const cell = event.target.closest("[data-cell]");
  if (!event.target.closest(".only-not")) document.querySelectorAll(".held").forEach((held) => held.classList.remove("held"));
  if (cell) timer = setTimeout(() => cell.classList.add("held"), HELD_MS);
}, { passive: true });
for (const name of ["touchend", "touchmove", "touchcancel"]) document.addEventListener(name, release, { passive: true });
document.addEventListener("contextmenu", (event) => {
  if (event.target.closest("[data-cell].held")) event.preventDefault();
});
