// Debrief: walk through claims with keys or a thumb, and see the words of the one that is looked at.

import { announce } from "./app.js";

const page = document.querySelector("[data-debrief]");
const phone = window.matchMedia("(max-width: 61.99rem)");

const claims = () => [...page.querySelectorAll("[data-claim]")];
const current = () => page.querySelector("[data-claim].is-current") ?? claims()[0];

/** Look at one claim: it gets the focus, and its first quotation stands among the words. */
function lookAt(claim, { focus = true, words = !phone.matches } = {}) {
  if (!claim) return;
  for (const other of claims()) other.classList.toggle("is-current", other === claim);
  if (focus) {
    claim.focus({ preventScroll: true });
    claim.scrollIntoView({ block: "nearest" });
  }
  if (words) showWords(claim.querySelector("[data-quote]"));
}

function showWords(link) {
  if (link) window.htmx.ajax("GET", link.href, { target: "#words", swap: "outerHTML" });
}

function move(step) {
  const all = claims();
  const next = all[all.indexOf(current()) + step];
  if (next) lookAt(next);
  else announce(step > 0 ? "This was the last one" : "This is the first one");
}

const waits = (claim) => claim.dataset.status === "proposed";

/** After a decision, on to what still waits: below first, then from the top. */
function moveOn(from) {
  const all = claims();
  const place = all.indexOf(from);
  lookAt(all.slice(place + 1).find(waits) ?? all.find(waits) ?? from);
}

function press(deed) {
  const button = current()?.querySelector(`[data-deed="${deed}"]`);
  if (!button) return deed === "undo" ? undefined : passOver();
  button.click();
  if (deed === "edit") button.closest("details").querySelector("textarea").focus();
}

/** What is decided already is not decided again: on to what waits. */
function passOver() {
  if (claims().some(waits)) moveOn(current());
  else announce("All of it has been looked at");
}

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  a: () => press("accept"),
  e: () => press("edit"),
  r: () => press("reject"),
  u: () => press("undo"),
};

function onKey(event) {
  if (event.key === "Escape") return leaveEdit(event.target) || closeWords();
  const isTyping = event.target.matches?.("textarea, input, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = KEYS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

/** Put a wording away without keeping it; it is still there when the field is opened again. */
function leaveEdit(field) {
  const edit = field.closest?.(".claim-edit[open]");
  if (!edit) return false;
  edit.open = false;
  lookAt(edit.closest("[data-claim]"), { words: false });
  return true;
}

function closeWords() {
  if (!("words" in page.dataset)) return;
  delete page.dataset.words;
  current()?.querySelector("[data-quote]")?.focus({ preventScroll: true });
}

function onClick(event) {
  const { target } = event;
  const thumb = target.closest?.("[data-thumb]")?.dataset.thumb;
  if (thumb === "back" || thumb === "on") move(thumb === "on" ? 1 : -1);
  else if (thumb) press(thumb);
  if (target.closest?.("[data-words-close]")) closeWords();
  if (target.closest?.("[data-single]")) single(!("one" in page.dataset));
  if (target.closest?.("[data-quote]")) page.dataset.words = "";
  const claim = target.closest?.("[data-claim]");
  if (claim && !target.closest("button, summary, textarea")) lookAt(claim, { focus: false, words: false });
}

function single(isOn) {
  page.toggleAttribute("data-one", isOn);
  page.querySelector("[data-single]").textContent = isOn ? "Show all" : "One at a time";
  if (isOn) lookAt(current(), { words: false });
}

/** A card that came back stands where the old one stood; what was decided is left behind. */
function onSwap(event) {
  const words = event.target.closest?.("#words") ?? document.getElementById("words");
  words?.querySelector(".words-close")?.removeAttribute("hidden");
  // The sheet shows a few lines; the quoted ones are not always among the first.
  if (phone.matches && event.target.closest?.("#words")) words.querySelector("mark")?.scrollIntoView({ block: "center" });
  const from = event.detail.requestConfig?.elt?.closest?.("[data-claim]");
  if (!from) return;
  const card = document.getElementById(from.id);
  if (!card) return;
  if (["accepted", "edited", "rejected"].includes(card.dataset.status)) moveOn(card);
  else lookAt(card);
}

/** A press that did not come through says so beside its button; what was typed is still in its field. */
function onFailure(event) {
  const claim = event.target.closest?.("[data-claim]");
  if (!claim) return;
  const isAway = event.type !== "htmx:responseError" || event.detail.xhr.status === 503;
  const words = `This did not arrive: ${isAway ? "there is no connection just now" : "something went wrong on our side"}. Nothing is lost, press again.`;
  const line = claim.querySelector("[data-failure]") ?? claim.querySelector(".claim-form").appendChild(failureLine());
  line.textContent = words;
}

function failureLine() {
  const line = document.createElement("p");
  line.className = "field-error";
  line.dataset.failure = "";
  line.setAttribute("role", "alert");
  return line;
}

if (page?.querySelector("[data-claim]")) {
  page.dataset.ready = "";
  for (const hidden of page.querySelectorAll("[data-keys], [data-thumbs], [data-single], [data-words-close]")) {
    hidden.removeAttribute("hidden");
  }
  document.addEventListener("keydown", onKey);
  page.addEventListener("click", onClick);
  // Not after the swap: settling takes back what the old card and the new one differ in.
  document.addEventListener("htmx:afterSettle", onSwap);
  for (const failure of ["sendError", "responseError", "timeout"]) document.addEventListener(`htmx:${failure}`, onFailure);
  const asked = document.getElementById(location.hash.slice(1));
  const first = asked?.matches("[data-claim]") ? asked : (claims().find(waits) ?? current());
  lookAt(first, { focus: Boolean(asked), words: false });
  if (phone.matches) single(true);
  // A key decides about the one that is looked at, so it has to be in view.
  if (first !== claims()[0]) first.scrollIntoView({ block: "center" });
}
