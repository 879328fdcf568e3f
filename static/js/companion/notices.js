// Notices: shown while the coach looks, gone after eight seconds (app.js), kept when asked to.

import { ask, elementsOf, NotReached } from "./requests.js";
import { refreshHead, showHead } from "./panels.js";

const toasts = document.getElementById("toasts");
const incoming = document.getElementById("new-notices");
const { noticeUrl } = document.getElementById("thread").dataset;
const seen = new Set();

async function post(url) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const response = await ask(url, { body });
    showHead(await response.text());
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
  }
}

/** A notice starts its eight seconds only in a tab that is looked at. */
function showWaiting() {
  if (document.visibilityState === "visible") toasts.append(...incoming.children);
}

async function onNotification({ detail: { id } }) {
  try {
    const response = await ask(noticeUrl.replace(/[0-9a-f-]{36}/, id));
    const shown = toasts.querySelector(`[data-notice="${id}"]`);
    if (response.status === 204) {
      seen.add(id);
      shown?.remove();
      refreshHead("head");
      incoming.querySelector(`[data-notice="${id}"]`)?.remove();
    } else if (!shown && !seen.has(id)) {
      incoming.append(elementsOf(await response.text()));
    }
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
  }
  showWaiting();
}

function onRemoved(toast) {
  const { notice, dismiss } = toast.dataset;
  if (!notice || seen.has(notice)) return;
  seen.add(notice);
  post(dismiss);
}

export function startNotices() {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.removedNodes) if (node instanceof HTMLElement) onRemoved(node);
    }
  }).observe(toasts, { childList: true });
  toasts.addEventListener("click", (event) => {
    const toast = event.target.closest("[data-notice]");
    if (!toast || !event.target.closest("[data-toast-keep]")) return;
    seen.add(toast.dataset.notice);
    post(toast.dataset.keep);
    toast.remove();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-notice-form]")) return;
    event.preventDefault();
    post(event.target.action);
    const toast = event.target.closest("[data-notice]");
    if (toast) seen.add(toast.dataset.notice);
    toast?.remove();
  });
  document.addEventListener("jl:notification", onNotification);
  document.addEventListener("visibilitychange", showWaiting);
  showWaiting();
}
