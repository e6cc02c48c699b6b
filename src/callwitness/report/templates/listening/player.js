"use strict";
(() => {
  const sound = document.getElementById("sound");
  const search = document.getElementById("search");
  const keys = document.getElementById("keys");
  const all = [...document.querySelectorAll(".rec")];
  const STEP = 5;
  let chosen = null;
  let playing = null;
  let show = "";

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const visible = () => all.filter((card) => !card.hidden);

  function choose(card, scroll = true) {
    if (!card) return;
    if (chosen) chosen.classList.remove("now");
    chosen = card;
    card.classList.add("now");
    card.focus({ preventScroll: true });
    if (scroll) card.scrollIntoView({ block: "nearest" });
  }

  function play(card, from) {
    if (!card || !card.dataset.sound) return;
    choose(card);
    if (playing !== card) {
      if (playing) playing.classList.remove("playing");
      sound.src = card.dataset.sound;
      playing = card;
      if (from === undefined) from = 0;
    }
    if (from !== undefined) sound.currentTime = from;
    sound.play().catch(() => card.classList.remove("playing"));
  }

  function toggle(card) {
    if (card === playing && !sound.paused) sound.pause();
    else play(card);
  }

  const jump = (card) => card && play(card, Number(card.dataset.jump || 0));

  function draw() {
    if (!playing) return;
    const at = sound.currentTime;
    const head = playing.querySelector(".head");
    if (head) {
      head.hidden = false;
      head.style.left = `${Math.min(100, (100 * at) / Number(playing.dataset.length))}%`;
    }
    playing.querySelector(".clock").value = clock(at) + (sound.playbackRate === 1 ? "" : ` × ${sound.playbackRate}`);
    if (!sound.paused) requestAnimationFrame(draw);
  }

  sound.addEventListener("play", () => { playing.classList.add("playing"); draw(); });
  sound.addEventListener("pause", () => playing && playing.classList.remove("playing"));
  sound.addEventListener("ended", () => playing && playing.classList.remove("playing"));
  sound.addEventListener("seeked", draw);

  function filter() {
    const wanted = search ? search.value.trim().toLowerCase() : "";
    for (const card of all)
      card.hidden = (show !== "" && card.dataset.status !== show) || !card.dataset.name.includes(wanted);
    document.getElementById("none").hidden = visible().length > 0;
    if (chosen && chosen.hidden) { chosen.classList.remove("now"); chosen = null; }
  }

  function step(by) {
    const cards = visible();
    const at = cards.indexOf(chosen);
    choose(cards[at < 0 ? (by > 0 ? 0 : cards.length - 1) : Math.max(0, Math.min(cards.length - 1, at + by))]);
  }

  function faster(by) {
    const rates = [0.5, 0.75, 1, 1.25, 1.5, 2];
    sound.defaultPlaybackRate = sound.playbackRate = rates[Math.max(0, Math.min(5, rates.indexOf(sound.playbackRate) + by))];
    draw();
  }

  document.addEventListener("click", (event) => {
    const card = event.target.closest(".rec");
    const chip = event.target.closest("[data-show]");
    if (event.target.closest("#help")) return keys.showModal();
    if (chip) {
      show = chip.dataset.show;
      for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === chip));
      return filter();
    }
    if (!card) return;
    const offer = event.target.closest(".offer");
    const bar = event.target.closest(".bar");
    if (offer) return play(card, Number(offer.dataset.from));
    if (event.target.closest(".jump")) return jump(card);
    if (event.target.closest(".play-pause")) return toggle(card);
    if (bar && card.dataset.sound) {
      const box = bar.getBoundingClientRect();
      return play(card, (Number(card.dataset.length) * (event.clientX - box.left)) / box.width);
    }
    choose(card, false);
  });

  const doings = {
    j: () => step(1), k: () => step(-1),
    Enter: () => jump(chosen), v: () => jump(chosen), " ": () => toggle(chosen || playing || visible()[0]),
    ArrowLeft: () => playing && (sound.currentTime = Math.max(0, sound.currentTime - STEP)),
    ArrowRight: () => playing && (sound.currentTime += STEP),
    "[": () => faster(-1), "]": () => faster(1),
    "/": () => search && search.focus(), "?": () => keys.showModal(),
  };
  // a Cyrillic layout gives other letters: then the place of the key counts
  const places = { KeyJ: "j", KeyK: "k", KeyV: "v", BracketLeft: "[", BracketRight: "]", Slash: "/" };
  const meant = (event) => doings[event.key] || (event.key > "~" && doings[places[event.code]]);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; filter(); }
      if (event.key === "Escape" || event.key === "Enter") { search.blur(); step(1); }
      return;
    }
    if (event.target.closest("button") && (event.key === "Enter" || event.key === " ")) return;
    const doing = meant(event);
    if (doing) { event.preventDefault(); doing(); }
  });
  if (search) search.addEventListener("input", filter);
})();
