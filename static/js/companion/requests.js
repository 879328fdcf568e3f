// Fragments: fetched as htmx would, so that the views answer with the part and not with the page.

const PATIENCE_MS = 20_000;

/** The request did not come through; `words` are for the coach. */
export class NotReached extends Error {
  constructor(words) {
    super(words);
    this.words = words;
  }
}

const NO_CONNECTION = "there is no connection just now.";
const SIGNED_OUT = "you are signed out. Sign in again in another tab, then reload this page.";
const OUTDATED = "this page is out of date. Reload it; your text stays.";
const AWAY = "our database is away for a moment.";
const GONE = "it is not there any more.";
const BROKEN = "something went wrong on our side.";

/**
 * Ask for an address; raises NotReached unless the server answered with something to show.
 * `isWhole`: the page and not its part. `isFollowed`: also where the answer leads.
 */
export async function ask(url, { body, isWhole = false, isFollowed = false } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method: body ? "POST" : "GET",
      body,
      headers: isWhole ? {} : { "HX-Request": "true" },
      redirect: isFollowed ? "follow" : "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new NotReached(NO_CONNECTION);
  }
  if (response.type === "opaqueredirect") throw new NotReached(SIGNED_OUT);
  if (response.status === 403) throw new NotReached(OUTDATED);
  if (response.status === 503) throw new NotReached(AWAY);
  if (isWhole && response.status === 404) throw new NotReached(GONE);
  // A page says by itself why something was refused.
  const isShown = response.ok || response.status === 422 || (isWhole && response.status === 409);
  if (!isShown) throw new NotReached(BROKEN);
  return response;
}

/** Parse a fragment without running or fetching anything in it. */
export function elementsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Tell htmx about new elements. */
export function wake(element) {
  window.htmx?.process(element);
}

export function announce(words) {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
}

/** Run one job per key at a time; what is asked for meanwhile is done once, afterwards. */
export function oneAtATime(job) {
  const running = new Map();
  const run = async (key) => {
    if (running.has(key)) {
      running.set(key, true);
      return;
    }
    running.set(key, false);
    try {
      await job(key);
    } finally {
      const again = running.get(key);
      running.delete(key);
      if (again) run(key);
    }
  };
  return run;
}
