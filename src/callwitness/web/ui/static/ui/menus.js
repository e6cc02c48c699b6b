// Menus close when one clicks beside them or presses Escape; data-open opens a dialog, data-close closes it;
// data-copy is what a copied number becomes; data-submit sends its form as soon as it changes.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// the zone of a new workspace begins as that of whoever makes it
document.querySelectorAll("select[data-zone-here]").forEach((select) => {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select.value === "UTC" && [...select.options].some((option) => option.value === here)) select.value = here;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// a number marked as a whole is copied as E.164
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.rangeCount === 0) return;
  const parent = selection.anchorNode?.parentElement?.closest("[data-copy]");
  if (parent && selection.toString().trim() === parent.textContent.trim()) {
    event.clipboardData.setData("text/plain", parent.dataset.copy);
    event.preventDefault();
  }
});
