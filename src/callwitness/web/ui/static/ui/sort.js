// A list whose children are dragged into another order (data-sortable); alt + arrows do the same by keyboard. Each child
// carries its form field, so the order of the fields is the order that is sent; "change" is told on the list.
let moving = null;

const told = (list) => list.dispatchEvent(new Event("change", { bubbles: true }));
const childOf = (list, element) => {
  let child = element;
  while (child && child.parentElement !== list) child = child.parentElement;
  return child;
};
const arm = (root) => root.querySelectorAll("[data-sortable] > *").forEach((child) => { child.draggable = true; });

document.addEventListener("dragstart", (event) => {
  const list = event.target.closest?.("[data-sortable]");
  if (!list) return;
  moving = childOf(list, event.target);
  moving?.classList.add("moving");
  event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const list = event.target.closest?.("[data-sortable]");
  if (!moving || list !== moving.parentElement) return;
  event.preventDefault();
  const over = childOf(list, event.target);
  if (!over || over === moving) return;
  const frame = over.getBoundingClientRect();
  const flat = frame.width > 3 * frame.height || list.dataset.sortable === "column";
  const after = flat ? event.clientY > frame.top + frame.height / 2 : event.clientX > frame.left + frame.width / 2;
  over[after ? "after" : "before"](moving);
});
document.addEventListener("dragend", () => {
  if (!moving) return;
  moving.classList.remove("moving");
  told(moving.parentElement);
  moving = null;
});
document.addEventListener("keydown", (event) => {
  const list = event.altKey && event.target.closest?.("[data-sortable]");
  const child = list && childOf(list, event.target);
  const back = event.key === "ArrowUp" || event.key === "ArrowLeft";
  if (!child || !(back || event.key === "ArrowDown" || event.key === "ArrowRight")) return;
  const other = back ? child.previousElementSibling : child.nextElementSibling;
  other?.[back ? "before" : "after"](child);
  event.target.focus();
  event.preventDefault();
  told(list);
});
document.addEventListener("htmx:afterSwap", (event) => arm(event.target));
arm(document);
