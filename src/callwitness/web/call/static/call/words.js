// What was said, in step with its recording: the line that sounds is marked and kept in sight while it plays.
// [data-said] inside a [data-player] holds lines [data-from][data-until]; data-at, j k and o are those of every page.
const follow = (event) => {
  const audio = event.target;
  const list = audio.closest?.("[data-player]")?.querySelector("[data-said]");
  if (!list) return;
  const at = audio.currentTime;
  let shown = null;
  for (const line of list.children) {
    const now = at >= Number(line.dataset.from) && at < Number(line.dataset.until);
    line.classList.toggle("now", now);
    if (now) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
    shown ??= now ? line : null;
  }
  if (shown && !audio.paused && !list.contains(document.activeElement)) {
    const above = shown.offsetTop - list.scrollTop;
    if (above < 0 || above + shown.offsetHeight > list.clientHeight) list.scrollTop = shown.offsetTop - list.clientHeight / 3;
  }
};
for (const name of ["timeupdate", "seeked"]) document.addEventListener(name, follow, true);
document.addEventListener("htmx:afterSettle", (event) => {
  const audio = event.target.closest?.("[data-player]")?.querySelector("audio");
  if (audio && event.target.closest(".words")) follow({ target: audio });
});
