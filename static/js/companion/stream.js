// Text in the making: pieces with offsets in code points, shown as plain text, never as HTML.

import { refresh, turnOf } from "./thread.js";

const GAP_MS = 1_000; // how often a turn is fetched again because a piece is missing
const WAITING = 60; // pieces kept while one before them is missing

const drafts = new Map(); // turn id → what is shown of it

/** The text of one turn as it grows. */
class Draft {
  constructor(body) {
    this.points = [...(body.querySelector(".typed")?.textContent ?? "")];
    // The parser may have changed line ends; the server's count is the one that offsets speak of.
    this.length = Number(body.dataset.length);
    this.waiting = [];
    this.fetchedAt = 0;
    this.show(body);
  }

  /** Show everything in `body`, a paragraph for each empty line as in the final answer. */
  show(body) {
    this.body = body;
    const text = this.points.join("");
    body.replaceChildren();
    this.append(text);
  }

  append(text) {
    const parts = text.split(/\n{2,}/);
    parts.forEach((part, index) => {
      if (index > 0 || !this.body.lastElementChild) this.body.append(paragraph());
      if (part) this.body.lastElementChild.append(document.createTextNode(part));
    });
    if (!this.body.textContent) return;
    const message = this.body.closest(".message");
    message.dataset.state = "streaming";
  }

  /** Take a piece; says whether it fitted. */
  take(offset, text) {
    const points = [...text];
    if (offset > this.length) return false;
    if (offset === 0 && this.length && !this.agrees(points)) this.restart();
    const fresh = points.slice(this.length - offset);
    if (fresh.length) {
      this.points.push(...fresh);
      this.length += fresh.length;
      this.append(fresh.join(""));
    }
    return true;
  }

  /** A first piece that says something else belongs to a new attempt. */
  agrees(points) {
    return points.every((point, index) => index >= this.points.length || point === this.points[index]);
  }

  restart() {
    this.points = [];
    this.length = 0;
    this.body.replaceChildren();
  }

  keep(offset, text) {
    this.waiting = [...this.waiting, { offset, text }].slice(-WAITING);
  }

  /** Show the kept pieces that fit by now. */
  catchUp() {
    const kept = this.waiting.sort((one, other) => one.offset - other.offset);
    this.waiting = kept.filter(({ offset, text }) => !this.take(offset, text));
  }
}

function paragraph() {
  const element = document.createElement("p");
  element.className = "typed";
  return element;
}

function onText({ detail: { turn, offset, text } }) {
  const draft = drafts.get(turn) ?? begin(turnOf(turn));
  if (!draft) {
    refresh(turn);
    return;
  }
  if (draft.take(offset, text)) {
    if (draft.waiting.length) draft.catchUp();
    return;
  }
  draft.keep(offset, text);
  if (Date.now() - draft.fetchedAt < GAP_MS) return;
  draft.fetchedAt = Date.now();
  refresh(turn);
}

function begin(article) {
  const body = article?.querySelector("[data-stream]");
  if (!body) return null;
  const draft = new Draft(body);
  drafts.set(article.dataset.turn, draft);
  return draft;
}

/** A turn was fetched: go on with the longer of what it holds and what was shown. */
function onTurn({ detail: { article } }) {
  const id = article.dataset.turn;
  const old = drafts.get(id);
  drafts.delete(id);
  const draft = begin(article);
  if (!draft || !old) return;
  draft.fetchedAt = old.fetchedAt;
  draft.waiting = old.waiting;
  if (old.length > draft.length && old.agrees(draft.points)) {
    draft.points = old.points;
    draft.length = old.length;
    draft.show(draft.body);
  }
  draft.catchUp();
}

export function startStream() {
  document.querySelectorAll("article.turn").forEach(begin);
  document.addEventListener("companion:turn", onTurn);
  document.addEventListener("jl:turn-text", onText);
}
