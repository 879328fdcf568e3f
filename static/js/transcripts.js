// Transcripts: a place to drop a file, the upload's progress, and walking through what a search found.

import { announce } from "./app.js";

const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "");

/** Say what was chosen, or why it will not do, before anything is sent. */
function showChosen(form) {
  const input = form.querySelector('input[type="file"]');
  const line = form.querySelector("[data-chosen]");
  const file = input.files[0];
  const most = Number(input.dataset.maxBytes);
  const isTooLarge = Boolean(file) && file.size > most;
  line.hidden = !file;
  line.classList.toggle("field-error", isTooLarge);
  line.textContent = !file
    ? ""
    : isTooLarge
      ? `${file.name} has ${megabytes(file.size)} MB; ${megabytes(most)} MB is the most. Is it a recording?`
      : `${file.name}, ${megabytes(file.size)} MB`;
  input.setCustomValidity(isTooLarge ? line.textContent : "");
  announce(line.textContent);
}

function dropZone(event) {
  return event.target.closest?.("[data-drop]");
}

function onDragOver(event) {
  if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  const form = document.querySelector("[data-transcript-form]");
  if (!form) return;
  // A file dropped beside the frame would open in this tab, and the page with what was typed be gone.
  event.preventDefault();
  const zone = dropZone(event);
  event.dataTransfer.dropEffect = zone ? "copy" : "none";
  for (const each of document.querySelectorAll("[data-drop]")) each.toggleAttribute("data-over", each === zone);
}

function onDrop(event) {
  const zone = dropZone(event);
  if (!event.dataTransfer?.files.length || !document.querySelector("[data-transcript-form]")) return;
  event.preventDefault();
  for (const each of document.querySelectorAll("[data-over]")) each.removeAttribute("data-over");
  if (!zone) return;
  const form = zone.closest("form");
  form.querySelector('input[type="file"]').files = event.dataTransfer.files;
  showChosen(form);
  form.querySelector('button[type="submit"]')?.focus();
}

function onProgress(event) {
  const bar = event.target.closest?.("[data-transcript-form]")?.querySelector("[data-progress]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
}

/** Refusals are shown where the form stands, with what was typed. */
function onBeforeSwap(event) {
  if (!event.detail.requestConfig?.elt?.matches?.("[data-transcript-form]")) return;
  if ([403, 409, 413, 415].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
}

function onUploadError(event) {
  const form = event.target.closest?.("[data-transcript-form]");
  if (!form) return;
  const line = form.querySelector("[data-chosen]");
  if (!line) return;
  line.hidden = false;
  line.classList.add("field-error");
  line.textContent = "The connection broke off. Nothing is lost: the file is still chosen, send it again.";
  form.querySelector("[data-progress]")?.setAttribute("hidden", "");
  announce(line.textContent);
}

// --- Reading ------------------------------------------------------------------------------------------------

const reader = document.querySelector("[data-reader]");
const hits = (reader?.dataset.hits ?? "").split(" ").filter(Boolean).map(Number);
let current = -1;

/** Go to a passage; one that stands on another part of the transcript is fetched with that part. */
function goTo(number) {
  const passage = document.getElementById(`u-${number}`);
  if (!passage) {
    const address = new URL(window.location.href);
    address.searchParams.set("u", number);
    address.hash = `u-${number}`;
    window.location.assign(address);
    return;
  }
  for (const each of document.querySelectorAll(".utterance.is-current")) each.classList.remove("is-current");
  passage.classList.add("is-current");
  passage.scrollIntoView({ block: "center" });
  passage.focus({ preventScroll: true });
}

function step(by) {
  if (!hits.length) return;
  current = (current + by + hits.length) % hits.length;
  goTo(hits[current]);
  const words = document.querySelector("[data-hit-words]");
  if (words) words.textContent = `${current + 1} of ${hits.length}`;
}

function onKey(event) {
  if (!reader || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("reader-q")?.select();
  } else if (event.key === "n" || event.key === "p") {
    step(event.key === "n" ? 1 : -1);
  }
}

/** A link to a passage that is on another part leads there; a search begins at the first hit. */
function begin() {
  const asked = /^#u-(\d+)$/.exec(window.location.hash);
  if (asked) {
    current = hits.indexOf(Number(asked[1]));
    goTo(Number(asked[1]));
  }
}

document.addEventListener("dragover", onDragOver);
document.addEventListener("drop", onDrop);
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) for (const each of document.querySelectorAll("[data-over]")) each.removeAttribute("data-over");
});
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-transcript-form]");
  if (form && event.target.type === "file") showChosen(form);
});
document.addEventListener("htmx:xhr:progress", onProgress);
document.addEventListener("htmx:beforeSwap", onBeforeSwap);
document.addEventListener("htmx:sendError", onUploadError);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-hit]");
  if (button) step(Number(button.dataset.hit));
});
document.addEventListener("keydown", onKey);
if (reader) {
  begin();
  window.addEventListener("hashchange", begin);
}
