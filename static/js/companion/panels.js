// The two panels and the line above the conversation: fetched again when something in them changed.

import { ask, elementsOf, NotReached, oneAtATime, wake } from "./requests.js";

const head = document.getElementById("conversation-head");
const { headUrl } = document.getElementById("thread").dataset;

const quietly = (job) =>
  oneAtATime(async (key) => {
    try {
      await job(key);
    } catch (error) {
      // What is shown is still right as of its time; the next event fetches it.
      if (!(error instanceof NotReached)) throw error;
    }
  });

const refreshPanel = quietly(async (name) => {
  const panel = document.querySelector(`[data-panel="${name}"]`);
  const response = await ask(`/api/v1/companion/panels/${name}/`);
  const content = elementsOf(await response.text());
  if (isBeingEdited(panel)) return;
  const top = panel.scrollTop;
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  const opened = [...panel.querySelectorAll("details[open][id]")].map((each) => each.id);
  panel.replaceChildren(content);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  panel.scrollTop = top;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  wake(panel);
  nameTabs();
});

/** What changes in one panel often shows in the other too: the questions, the cards and their count. */
function refreshBoth() {
  refreshPanel("main");
  refreshPanel("secondary");
  refreshHead("head");
}

/** On a phone the tab of a panel that is out of sight says that there is something new. */
function markNews(name) {
  const tab = document.querySelector(`[data-names="${name}"]`);
  if (tab?.getAttribute("aria-pressed") === "false") tab.dataset.news = "";
}

/** Never take a text away from under the coach's hands. */
function isBeingEdited(panel) {
  return [...panel.querySelectorAll("textarea, input[type=text]")].some(
    (field) => field === document.activeElement || field.value !== field.defaultValue,
  );
}

export const refreshHead = quietly(async () => {
  const response = await ask(headUrl);
  showHead(await response.text());
});

export function showHead(html) {
  const wasOpen = document.getElementById("kept")?.open;
  head.replaceChildren(elementsOf(html));
  if (wasOpen && document.getElementById("kept")) document.getElementById("kept").open = true;
  wake(head);
}

/** On a phone the tabs carry the panels' names. */
function nameTabs() {
  for (const tab of document.querySelectorAll("[data-names]")) {
    const title = document.querySelector(`[data-panel="${tab.dataset.names}"] :is(h2, h3)`);
    if (title) tab.textContent = title.textContent.trim();
  }
}

export function startPanels() {
  nameTabs();
  for (const name of ["main", "secondary"]) {
    document.addEventListener(`jl:${name}-update`, () => {
      refreshBoth();
      markNews(name);
    });
  }
  // After missed events, and after each answer that no live stream told of.
  document.addEventListener("companion:answered", refreshBoth);
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("[data-golden-view]");
    if (tab) delete tab.dataset.news;
  });
}
