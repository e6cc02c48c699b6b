// Everything that moves. Each module works on attributes of the page and does nothing where they are absent.
import "./menus.js";
import "./keys.js";
import "./rows.js";
import "./player.js";
import "./sort.js";
import "./drop.js";
import "./server.js";
