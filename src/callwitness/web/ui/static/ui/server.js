// What the server or the network refused is said in the page's messages; nothing that was typed is lost.
const say = (key) => {
  const box = document.getElementById("messages");
  if (!box) return;
  const message = document.createElement("div");
  message.className = "message error";
  message.textContent = box.dataset[key];
  box.replaceChildren(message);
  box.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 404 ? "gone" : status === 403 ? "refused" : "failed");
});
// whoever is signed out meanwhile must not get the sign-in page in the middle of another one
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
  if (!answered.startsWith("/accounts/") || location.pathname.startsWith("/accounts/")) return;
  event.detail.shouldSwap = false;
  location.reload();
});
document.addEventListener("htmx:sendError", () => say("offline"));
document.addEventListener("htmx:timeout", () => say("offline"));
