// Behaviour that every page shares: notices, menus, dialogs, golden-grid tabs, spoken updates.

const TOAST_MS = 8000;

function leave(toast) {
  toast.dataset.leaving = "";
  window.setTimeout(() => toast.remove(), 240);
}

/** Let a notice go after eight seconds of nobody looking at it. */
function startToast(toast) {
  let remaining = TOAST_MS;
  let startedAt = 0;
  let timer = 0;
  const pause = () => {
    if (!timer) return;
    window.clearTimeout(timer);
    timer = 0;
    remaining -= performance.now() - startedAt;
  };
  const resume = () => {
    if (timer || "kept" in toast.dataset) return;
    startedAt = performance.now();
    timer = window.setTimeout(leave, Math.max(remaining, 0), toast);
  };
  toast.addEventListener("pointerenter", pause);
  toast.addEventListener("pointerleave", resume);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("focusout", resume);
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => leave(toast));
  toast.querySelector("[data-toast-keep]")?.addEventListener("click", (event) => {
    pause();
    toast.dataset.kept = "";
    event.currentTarget.setAttribute("aria-pressed", "true");
  });
  resume();
}

function watchToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  region.querySelectorAll(".toast").forEach(startToast);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (node instanceof HTMLElement && node.matches(".toast")) startToast(node);
      }
    }
  }).observe(region, { childList: true });
}

/** Say something to a screen reader without showing it. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details[data-menu]"));
  const tab = target?.closest("[data-golden-view]");
  if (tab) showPane(tab);
}

/** On a phone the golden grid shows one pane at a time. */
function showPane(tab) {
  tab.closest(".golden").dataset.view = tab.dataset.goldenView;
  for (const other of tab.parentElement.querySelectorAll("[data-golden-view]")) {
    other.setAttribute("aria-pressed", String(other === tab));
  }
}

function onKeydown(event) {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

/** A fragment may carry data-announce: what changed, in words. */
function onSwap(event) {
  const said = event.target.querySelector?.("[data-announce]") ?? event.target.closest?.("[data-announce]");
  if (said?.dataset.announce) announce(said.dataset.announce);
}

/** Where the tabs do not all fit, the current one is the one to be seen. */
function showCurrentTabs() {
  for (const tab of document.querySelectorAll('.tabs [aria-current="page"]')) {
    const { parentElement: tabs } = tab;
    tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  }
}

/** After a form came back, begin where something has to be mended. */
function focusMistake() {
  document.querySelector('form [aria-invalid="true"]')?.focus();
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKeydown);
document.addEventListener("htmx:afterSwap", onSwap);
watchToasts();
showCurrentTabs();
focusMistake();
