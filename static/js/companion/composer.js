// Where the coach writes. What is typed is never lost: not by a failed send, not by a reload.

import { ask, announce, NotReached } from "./requests.js";
import { place } from "./thread.js";

const form = document.getElementById("composer");
const field = document.getElementById("message");
const note = document.getElementById("composer-note");
const words = document.getElementById("composer-words");
const tryAgain = document.getElementById("try-again");
const send = document.getElementById("send");

const DRAFT = `jl-draft-${document.body.dataset.coach}`; // session storage is per tab
const ATTEMPT = `jl-attempt-${document.body.dataset.coach}`;
const touch = matchMedia("(pointer: coarse)");

const keep = (name, value) => {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // A browser that forbids storage still sends messages.
  }
};
const kept = (name) => {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
};

const newKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("-");

/** The same words tried again keep their key, so that they are said once; other words get a new one. */
function keyFor(text) {
  const [key, tried] = split(kept(ATTEMPT));
  if (key && tried === text) return key;
  const fresh = newKey();
  keep(ATTEMPT, `${fresh}\n${text}`);
  return fresh;
}

function split(attempt) {
  const end = attempt.indexOf("\n");
  return [attempt.slice(0, end), attempt.slice(end + 1)];
}

function showNote(text, { canTry }) {
  words.textContent = text;
  tryAgain.hidden = !canTry;
  note.hidden = !text;
}

function setText(text) {
  field.value = text;
  keep(DRAFT, text);
  grow();
}

/** Browsers that cannot size a field by its content. */
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

async function submit() {
  const text = field.value;
  if (!text.trim() || form.getAttribute("aria-busy") === "true") return;
  const body = new FormData(form);
  body.set("request_key", keyFor(text));
  form.setAttribute("aria-busy", "true");
  send.setAttribute("aria-busy", "true");
  try {
    const response = await ask(form.action, { body });
    if (response.status === 422) refused((await response.json()).error.message);
    else accepted(text, await response.text());
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    showNote(`Not sent yet: ${error.words} Your message is kept here.`, { canTry: true });
  } finally {
    form.removeAttribute("aria-busy");
    send.removeAttribute("aria-busy");
    field.focus({ preventScroll: true });
  }
}

function accepted(text, html) {
  keep(ATTEMPT, "");
  showNote("", { canTry: false });
  // What was typed while the message was on its way stays.
  setText(field.value.startsWith(text) ? field.value.slice(text.length).trimStart() : field.value);
  place(html, { isMine: true });
}

function refused(message) {
  keep(ATTEMPT, "");
  showNote(message, { canTry: false });
}

/** A fixed message behind a button, such as the first one. */
async function sayFixed(event) {
  const button = event.submitter;
  if (!event.target.matches("[data-say]") || !button) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const response = await ask(event.target.action, { body: new FormData(event.target, button) });
    place(await response.text(), { isMine: true });
    field.focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    showNote(`Not sent yet: ${error.words} Please try again.`, { canTry: false });
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function onKeydown(event) {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !touch.matches) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape") {
    document.getElementById("scroll").focus({ preventScroll: true });
  }
}

/** After a reload: the draft, unless it was sent after all. */
function restore() {
  const [key, tried] = split(kept(ATTEMPT));
  const arrived = key && document.querySelector(`[data-request-key="${CSS.escape(key)}"]`);
  if (arrived) {
    keep(ATTEMPT, "");
    if (kept(DRAFT) === tried) keep(DRAFT, "");
  }
  if (field.defaultValue) return;
  setText(kept(DRAFT));
  if (tried && !arrived && tried === field.value) {
    showNote("Not sent yet. Your message is kept here.", { canTry: true });
  }
}

/** Keep the composer above the keyboard where the browser lays the keyboard over the page. */
function watchKeyboard() {
  const viewport = window.visualViewport;
  if (!viewport || !touch.matches) return;
  const fit = () => {
    const covered = Math.max(0, innerHeight - viewport.height - viewport.offsetTop);
    document.documentElement.style.setProperty("--covered", `${covered}px`);
  };
  viewport.addEventListener("resize", fit);
  viewport.addEventListener("scroll", fit);
}

export function startComposer() {
  restore();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", onKeydown);
  field.addEventListener("input", () => {
    keep(DRAFT, field.value);
    if (!field.value) showNote("", { canTry: false });
    grow();
  });
  // The press must not take the focus, or a phone's keyboard would close under the finger.
  send.addEventListener("pointerdown", (event) => event.preventDefault());
  document.addEventListener("submit", sayFixed);
  document.addEventListener("click", (event) => {
    const filler = event.target.closest?.("[data-fill]");
    if (!filler) return;
    setText(filler.dataset.fill);
    field.focus();
    announce("Put into the message field");
  });
  addEventListener("online", () => note.hidden || showNote("The connection is back.", { canTry: true }));
  watchKeyboard();
  if (!touch.matches && !location.hash) field.focus({ preventScroll: true });
}
