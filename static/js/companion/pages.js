// A whole page laid over the panels: opened from a link or pushed by the companion, put away with Escape.
//
// What is open stands in the history's state, so that Back, Forward and a reload need nothing else. The page
// itself is the ordinary one, fetched from its ordinary address; only what stands in its <main> is shown.

import { announce, ask, NotReached, wake } from "./requests.js";

const NIL = "00000000-0000-0000-0000-000000000000";
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const SHARE_KEPT = "journeyloop.page-share";
const STEP = 2;
const OFFERED = {
  client: "A client’s page is ready to open.",
  session: "A session is ready to open.",
  calendar: "Your sessions are ready to open.",
  observations: "What you kept about a client is ready to open.",
};

const golden = document.querySelector(".golden");
const pushed = document.getElementById("pushed");
const body = document.getElementById("pushed-body");
const title = document.getElementById("pushed-title");
const divider = document.getElementById("pushed-divider");
const offer = document.getElementById("pushed-offer");
const narrow = window.matchMedia("(max-width: 60rem)");
const places = { ...pushed.dataset };

let loaded = ""; // the path whose page stands in `body`
let opener = null; // the link that it was opened from, and its address, which a reload keeps
let from = "";

const open = () => history.state?.pushed;

/** Say whether an address is one of the pages that can be laid over the panels. */
function isPage(url) {
  return url.origin === location.origin && Object.values(places).includes(url.pathname.replace(ID, NIL));
}

const pathOf = (url) => url.pathname + url.search + url.hash;

// --- Opening and closing ------------------------------------------------------------------------------------

function push(path) {
  const depth = (open()?.depth ?? 0) + 1;
  if (depth === 1) from = opener?.href ?? "";
  history.pushState({ ...history.state, pushed: { path, depth, from } }, "");
  return show(path, { focus: true });
}

function close() {
  if (open()) history.go(-open().depth);
}

/** Follow the history: Back and Forward, and the first look after a reload. */
function follow({ focus }) {
  if (open()) show(open().path, { focus });
  else hide();
}

async function show(path, { focus }) {
  lay(true);
  from = open().from;
  document.getElementById("pushed-whole").href = path;
  document.getElementById("pushed-back").hidden = open().depth < 2;
  if (focus) title.focus({ preventScroll: true });
  if (loaded === path && isBeingEdited()) return;
  body.setAttribute("aria-busy", "true");
  try {
    const response = await ask(path, { isWhole: true });
    const html = await response.text();
    if (open()?.path === path) fill(html, path);
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    if (open()?.path === path) sayProblem(error.words);
  }
}

function fill(html, path) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const content = page.querySelector("main > .page");
  loaded = content ? path : "";
  title.textContent = page.title.replace(/ · JourneyLoop$/, "");
  if (content) leadFrom(content, path);
  body.replaceChildren(...(content ? [document.adoptNode(content)] : []));
  body.setAttribute("aria-busy", "false");
  takeToasts(page);
  wake(body);
  spotlight(new URL(path, location.href).hash.slice(1));
  announce(`${title.textContent} is open`);
}

/** The server says a thing once, so it is shown here and not by the next page. */
function takeToasts(page) {
  const toasts = [...page.querySelectorAll("#toasts > .toast")];
  document.getElementById("toasts").append(...toasts);
  return toasts.length;
}

/** Addresses that begin at the page's own begin there still. */
function leadFrom(content, path) {
  const from = new URL(path, location.href);
  const resolve = (each, name) => each.setAttribute(name, pathOf(new URL(each.getAttribute(name) ?? "", from)));
  for (const link of content.querySelectorAll('a[href^="?"], a[href^="#"]')) resolve(link, "href");
  for (const form of content.querySelectorAll('form:not([action]), form[action=""]')) resolve(form, "action");
}

/** A link may lead to one thing on the page: show it, and which it is. */
function spotlight(id) {
  const found = id && body.querySelector(`#${CSS.escape(id)}`);
  if (!found) {
    body.scrollTop = 0;
    return;
  }
  found.classList.add("is-spotlit");
  found.scrollIntoView({ block: "start" });
}

function sayProblem(words) {
  loaded = "";
  const problem = document.createElement("div");
  const said = document.createElement("p");
  const again = document.createElement("button");
  problem.className = "pushed-problem";
  said.textContent = `This page could not be opened: ${words}`;
  again.className = "button button-small";
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => show(open().path, { focus: true }));
  problem.append(said, again);
  body.replaceChildren(problem);
  body.setAttribute("aria-busy", "false");
  announce(said.textContent);
}

function hide() {
  if (pushed.hidden) return;
  const hadFocus = pushed.contains(document.activeElement) || document.activeElement === divider;
  lay(false);
  if (hadFocus || document.activeElement === document.body) comeBack();
}

/** The panel may have been drawn anew meanwhile: then to the link that leads to the same place. */
function comeBack() {
  const links = [...golden.querySelectorAll("a[href]")].filter((link) => !pushed.contains(link));
  const same = links.find((link) => from && link.href === from);
  const target = opener?.isConnected ? opener : (same ?? document.getElementById("message"));
  target.focus({ preventScroll: true });
  opener = null;
}

/** Lay the page over what lies beneath, which then is out of reach for keys as it is for the eye. */
function lay(isOpen) {
  pushed.hidden = divider.hidden = !isOpen;
  golden.toggleAttribute("data-pushed", isOpen);
  document.querySelector(".golden-side").inert = isOpen;
  const isSheet = isOpen && narrow.matches;
  if (isSheet) pushed.setAttribute("aria-modal", "true");
  else pushed.removeAttribute("aria-modal");
  for (const each of document.querySelectorAll(".golden-first, .golden-tabs, .rail, .skip-link")) each.inert = isSheet;
  if (isOpen) offer.hidden = true;
}

/** Never take a text away from under the coach's hands. */
function isBeingEdited() {
  return [...body.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => field.type !== "checkbox" && field.type !== "radio" && field.value !== field.defaultValue,
  );
}

// --- Links, forms, and what the companion pushes ------------------------------------------------------------

function onClick(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!golden.contains(link) || link.id === "pushed-whole" || link.hasAttribute("hx-get")) return;
  const url = new URL(link.href);
  if (link.target || link.hasAttribute("download") || !isPage(url)) return;
  event.preventDefault();
  if (pushed.hidden) opener = link;
  push(pathOf(url));
}

/** Forms that htmx does not send: their answer is shown here too, if it is one of these pages. */
async function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || !body.contains(form) || form.method !== "post" || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  try {
    const response = await ask(form.action, { body: sent, isWhole: true, isFollowed: true });
    const [url, html] = [new URL(response.url), await response.text()];
    if (isPage(url) || !response.redirected) keep(isPage(url) ? pathOf(url) : open().path, html);
    else leave(url, html);
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    sayProblem(error.words);
  }
}

/** The answer stands elsewhere: what it says is said here, and what was shown is done with. */
function leave(url, html) {
  const said = takeToasts(new DOMParser().parseFromString(html, "text/html"));
  if (said) close();
  else location.assign(url);
}

function keep(path, html) {
  history.replaceState({ ...history.state, pushed: { ...open(), path } }, "");
  fill(html, path);
  title.focus({ preventScroll: true });
}

/** On a phone a sheet would cover the answer, and a text that is being written stays: then it is offered. */
function onPushed({ detail: { panel, kind, object } }) {
  if (panel !== "page" || !places[kind]) return;
  const path = places[kind].replace(NIL, object ?? "");
  if (open()?.path === path) return;
  if (narrow.matches || isBeingEdited()) {
    offer.hidden = false;
    offer.querySelector("p").textContent = OFFERED[kind];
    offer.dataset.path = path;
    announce(OFFERED[kind]);
    return;
  }
  const depth = (open()?.depth ?? 0) + 1;
  history.pushState({ ...history.state, pushed: { path, depth, from: open()?.from ?? "" } }, "");
  show(path, { focus: false });
}

function onKeydown(event) {
  if (event.key !== "Escape" || pushed.hidden || event.defaultPrevented) return;
  if (document.querySelector("details[data-menu][open]")) return;
  const at = document.activeElement;
  // The composer's own Escape leads to the conversation; from there the next one puts the page away.
  const isBeside = at === document.body || at === divider || at.id === "scroll";
  if (isBeside || pushed.contains(at)) close();
}

// --- The divider --------------------------------------------------------------------------------------------

function setShare(share) {
  const [least, most] = [Number(divider.ariaValueMin), Number(divider.ariaValueMax)];
  const percent = Math.round(Math.min(most, Math.max(least, share)));
  divider.ariaValueNow = String(percent);
  golden.style.setProperty("--pushed-share", `${percent}%`);
}

function keepShare() {
  try {
    localStorage.setItem(SHARE_KEPT, divider.ariaValueNow);
  } catch {
    // Without storage the page has its usual width next time.
  }
}

function keptShare() {
  try {
    return Number(localStorage.getItem(SHARE_KEPT));
  } catch {
    return 0;
  }
}

function onDividerKey(event) {
  const now = Number(divider.ariaValueNow);
  const wanted = {
    ArrowLeft: now + STEP,
    ArrowRight: now - STEP,
    Home: Number(divider.ariaValueMin),
    End: Number(divider.ariaValueMax),
  }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  setShare(wanted);
  keepShare();
}

function startDivider() {
  if (keptShare()) setShare(keptShare());
  divider.addEventListener("keydown", onDividerKey);
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    divider.dataset.dragged = "";
  });
  divider.addEventListener("pointermove", (event) => {
    if (!("dragged" in divider.dataset)) return;
    const { right, width } = golden.getBoundingClientRect();
    setShare((100 * (right - event.clientX)) / width);
  });
  divider.addEventListener("lostpointercapture", () => {
    delete divider.dataset.dragged;
    keepShare();
  });
}

export function startPages() {
  startDivider();
  // Before app.js: whether a menu is open is asked before Escape closes it.
  document.addEventListener("keydown", onKeydown, { capture: true });
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("jl:main-update", onPushed);
  document.getElementById("pushed-close").addEventListener("click", close);
  document.getElementById("pushed-back").addEventListener("click", () => history.back());
  offer.querySelector("button").addEventListener("click", () => push(offer.dataset.path));
  narrow.addEventListener("change", () => lay(!pushed.hidden));
  window.addEventListener("popstate", () => follow({ focus: true }));
  follow({ focus: false });
}
