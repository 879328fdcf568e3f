// Cards and layers: copy a text, and let a budget's bar follow what is typed. The server counts exactly.

import { announce } from "./app.js";

const NEAR = 0.85;
const COPIED_MS = 2_000;
const encoder = new TextEncoder();

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector("span");
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(field.value);
    words.textContent = "Copied";
    announce("Copied");
  } catch {
    // No permission, or no secure connection: leave it selected for the keyboard.
    field.focus();
    field.select();
    words.textContent = "Selected, copy it now";
  }
  window.setTimeout(() => (words.textContent = before), COPIED_MS);
}

/** About four bytes a token, as the server guesses too. */
function follow(field) {
  const bar = document.getElementById(field.dataset.budget);
  if (!bar) return;
  const cap = Number(bar.dataset.cap);
  const used = Math.ceil(encoder.encode(field.value.trim()).length / 4);
  const left = cap - used;
  const isNear = used >= cap * NEAR;
  const write = (count) => count.toLocaleString("en-GB");
  bar.classList.toggle("is-over", left < 0);
  bar.classList.toggle("is-near", left >= 0 && isNear);
  bar.querySelector("progress").value = used;
  bar.querySelector("[data-figures]").textContent = `about ${write(used)} of ${write(cap)} tokens`;
  bar.querySelector("[data-words]").textContent =
    left < 0 ? `about ${write(-left)} too many` : `about ${write(left)} left${isNear ? ", nearly full" : ""}`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-budget]")) follow(event.target);
});
