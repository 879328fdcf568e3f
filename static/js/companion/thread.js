// The turns on the page: fetched again when they change, put in their order, acted upon.

import { ask, announce, elementsOf, NotReached, oneAtATime, wake } from "./requests.js";
import { follow, keepPlace, noteNews } from "./scroll.js";

const POLL_MS = 3_000;
const UNHEARD_MS = 15_000; // even a live stream is doubted after this long

const thread = document.getElementById("thread");
const { turnUrl, historyUrl } = thread.dataset;
const placed = new Map(); // turn id → when it was last fetched

const idOf = (id) => `turn-${id}`;
const isLive = () => document.documentElement.dataset.stream === "live";
const isUnfinished = (article) => ["queued", "running"].includes(article?.dataset.status);

export function turnOf(id) {
  return document.getElementById(idOf(id));
}

/** Put turns where they belong; a turn that is there already is replaced. */
export function place(html, { isMine = false } = {}) {
  const articles = [...elementsOf(html).querySelectorAll("article.turn")];
  for (const article of articles) {
    const old = document.getElementById(article.id);
    if (old) replace(old, article);
    else insert(article);
    placed.set(article.dataset.turn, Date.now());
    wake(article);
    document.dispatchEvent(new CustomEvent("companion:turn", { detail: { article, old } }));
    say(article, old);
  }
  if (isMine) follow();
  else noteNews();
  return articles;
}

function insert(article) {
  document.getElementById("welcome")?.remove();
  const number = Number(article.dataset.number);
  const later = [...thread.querySelectorAll("article.turn")].find((each) => Number(each.dataset.number) > number);
  thread.insertBefore(article, later ?? null);
}

/** Swap a turn, keeping what the coach is typing in it and where they are. */
function replace(old, article) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  keepTyped(old, article);
  old.replaceWith(article);
  if (!active) return;
  // The same element, or the card that it stood in; where neither can take the focus, the message field.
  const again = document.getElementById(active.closest("[id]").id);
  again?.focus({ preventScroll: true });
  if (document.activeElement !== again) document.getElementById("message").focus({ preventScroll: true });
}

function keepTyped(old, article) {
  for (const field of old.querySelectorAll("textarea, input:not([type=hidden])")) {
    if (field.value === field.defaultValue) continue;
    const name = field.id ? `#${CSS.escape(field.id)}` : `${field.localName}[name="${CSS.escape(field.name)}"]`;
    const same = article.querySelector(name);
    if (same) same.value = field.value;
  }
}

function say(article, old) {
  const { status } = article.dataset;
  if (old?.dataset.status === status) return;
  if (isUnfinished(article) && !isUnfinished(old)) announce("Companion is writing");
  else if (status === "done" && isUnfinished(old)) announce("Answer ready");
  else if (status === "failed") announce(article.dataset.announce ?? "");
  else if (status === "cancelled" && old) announce("Answer stopped");
}

/** Fetch a turn as it stands now. */
export const refresh = oneAtATime(async (id) => {
  try {
    const response = await ask(turnUrl.replace(/[0-9a-f-]{36}/, id));
    const wasUnfinished = isUnfinished(turnOf(id));
    place(await response.text());
    // A live stream says by itself what else an answer has changed.
    if (!isLive() && wasUnfinished && !isUnfinished(turnOf(id))) {
      document.dispatchEvent(new CustomEvent("companion:answered"));
    }
  } catch (error) {
    // The next event or the next look brings it.
    if (!(error instanceof NotReached)) throw error;
    placed.set(id, Date.now());
  }
});

/** Fetch everything again: events were missed. */
const refreshAll = oneAtATime(async () => {
  const response = await ask(historyUrl);
  const content = elementsOf(await response.text());
  place([...content.querySelectorAll("article.turn")].map((each) => each.outerHTML).join(""));
  document.dispatchEvent(new CustomEvent("companion:answered"));
});

/** Without a live stream, look for answers every few seconds. */
function lookForAnswers() {
  if (document.visibilityState === "hidden") return;
  const doubtAfter = isLive() ? UNHEARD_MS : 0;
  for (const article of thread.querySelectorAll("article.turn")) {
    const { turn } = article.dataset;
    if (isUnfinished(article) && Date.now() - (placed.get(turn) ?? 0) >= doubtAfter) refresh(turn);
  }
}

async function onSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-turn-form]")) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const body = new FormData(form, event.submitter);
  const url = event.submitter?.getAttribute("formaction") ?? form.action;
  form.setAttribute("aria-busy", "true");
  try {
    const response = await ask(url, { body });
    place(await response.text(), { isMine: response.status !== 422 });
    document.getElementById("message").focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    tellFailure(form, error.words);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function tellFailure(form, words) {
  const line = form.querySelector(".not-reached") ?? document.createElement("p");
  line.className = "field-error not-reached";
  line.textContent = `Not done: ${words}`;
  form.append(line);
  announce(line.textContent);
}

async function showEarlier(event) {
  const link = event.target.closest?.("[data-earlier]");
  if (!link) return;
  event.preventDefault();
  const response = await ask(link.dataset.earlier);
  const content = elementsOf(await response.text());
  const first = content.querySelector("article.turn");
  keepPlace(() => {
    document.getElementById("earlier").replaceWith(content);
    wake(thread);
  });
  first?.setAttribute("tabindex", "-1");
  first?.focus({ preventScroll: true });
}

/** Arrow keys move between the answers of a question. */
function onArrow(event) {
  const group = event.target.closest?.("[data-arrows]");
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!group || !step) return;
  const buttons = [...group.querySelectorAll("button")];
  const next = buttons.indexOf(document.activeElement) + step;
  event.preventDefault();
  buttons[(next + buttons.length) % buttons.length].focus();
}

export function startThread() {
  thread.addEventListener("submit", onSubmit);
  document.getElementById("conversation-head").addEventListener("submit", onSubmit);
  document.querySelector(".golden-side").addEventListener("submit", onSubmit);
  thread.addEventListener("click", showEarlier);
  thread.addEventListener("keydown", onArrow);
  document.addEventListener("jl:chat-message", ({ detail }) => refresh(detail.turn));
  document.addEventListener("jl:reset", () => refreshAll("all"));
  document.addEventListener("visibilitychange", lookForAnswers);
  setInterval(lookForAnswers, POLL_MS);
}
