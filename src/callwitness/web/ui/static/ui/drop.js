// A zone for files ([data-drop] with an <input type=file> in it): what is dropped becomes the input's choice and, with
// data-drop="submit", the form is sent at once. [data-names] inside shows what was chosen.
const zoneOf = (event) => event.target.closest?.("[data-drop]");

const shown = (zone, input) => {
  const place = zone.querySelector("[data-names]");
  if (place) place.textContent = [...input.files].map((file) => file.name).join(", ");
  if (zone.dataset.drop === "submit" && input.files.length) input.form.requestSubmit();
};

document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault(); // a file dropped beside the zone must not replace the page
  zoneOf(event)?.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  const zone = zoneOf(event);
  const input = zone?.querySelector("input[type=file]");
  if (!input) return;
  zone.classList.remove("over");
  input.files = event.dataTransfer.files;
  shown(zone, input);
});
document.addEventListener("change", (event) => {
  const zone = event.target.matches("input[type=file]") && zoneOf(event);
  if (zone) shown(zone, event.target);
});
