// The operators' page looks again every ten seconds, while somebody can see it.

import { announce } from "./app.js";

const EVERY_MS = 10_000;

const figures = () => document.getElementById("figures");

/** Whoever marks an id to copy it shall not lose the mark. */
function isBeingRead() {
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && figures()?.contains(selection.anchorNode));
}

function lookAgain() {
  if (document.hidden || isBeingRead()) return;
  window.htmx?.trigger(figures(), "refresh");
}

/** A sign-in page, or any other whole page, has no place among the figures. */
function onAnswer(event) {
  const { xhr, target } = event.detail;
  if (target.id !== "figures") return;
  if (xhr.status === 200 && new URL(xhr.responseURL).pathname === window.location.pathname) return;
  event.detail.shouldSwap = false;
  if (xhr.status === 200) window.location.reload();
}

let level = figures()?.dataset.level;

/** Say it aloud only when the answer changed. */
function onShown() {
  const { level: now, title } = figures()?.dataset ?? {};
  if (now && now !== level) announce(title);
  level = now ?? level;
  if (title) document.title = `${title} · Operations · JourneyLoop`;
}

document.addEventListener("htmx:beforeSwap", onAnswer);
document.addEventListener("htmx:afterSettle", onShown);
document.addEventListener("visibilitychange", lookAgain);
window.setInterval(lookAgain, EVERY_MS);
