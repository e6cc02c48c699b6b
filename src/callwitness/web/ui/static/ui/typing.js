// Whether somebody is typing: keys belong to the text then.
const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select";

export const isTyping = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
  event.target.isContentEditable || Boolean(event.target.closest?.(FIELDS)) ||
  Boolean(document.querySelector("dialog[open]"));
