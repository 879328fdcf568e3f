/**
 * What happens on the server reaches the page as events on `document`.
 *
 * A browser opens few connections to one site, so one tab reads the stream and passes events on to
 * the others. It is the tab that holds a lock; when it closes, the next one gets the lock and goes on
 * from the last number that it knows. Without locks, each tab reads its own stream while it is visible.
 *
 * The page says where it stands, before it read what it shows:
 *   <body data-last-event-id="{{ number }}" data-coach="{{ coach.pk }}">, or any other element
 *
 * Dispatched: jl:chat-message, jl:main-update, jl:secondary-update, jl:notification, jl:errand-update,
 * jl:turn-text, with the data as `detail`; jl:reset when events were missed for good, so fetch again what is shown.
 * <html data-stream> says live, reconnecting or offline.
 */

const URL_PATH = "/api/v1/companion/events/";
const TYPES = ["chat-message", "main-update", "secondary-update", "notification", "errand-update", "turn-text"];
const UNSTORED = "turn-text";
const RESET = "stream-reset";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
const OFFLINE_AFTER = 4; // failed attempts
const SILENCE_MS = 45_000; // the server says something every 15 s
const REST_MS = 5 * 60_000; // a tab hidden for so long leaves the stream to others
const REMEMBERED = 200; // events that the reading tab keeps for tabs that come late

/** What this tab was told: it drops what it knows already. */
class Page {
  constructor(number) {
    this.number = number;
  }

  /** Show a message to the page; says whether it was news. */
  take({ type, number, data }) {
    if (type === RESET) {
      this.number = number;
      document.dispatchEvent(new CustomEvent("jl:reset"));
      return true;
    }
    if (type !== UNSTORED) {
      if (number <= this.number) return false;
      this.number = number;
    }
    document.dispatchEvent(new CustomEvent(`jl:${type}`, { detail: data }));
    return true;
  }

  /** Numbers have no gaps, so a leap means that this tab slept through something. */
  isMissingSomethingBefore({ type, number }) {
    if (type === RESET) return false;
    return number > this.number + (type === UNSTORED ? 0 : 1);
  }

  set state(state) {
    document.documentElement.dataset.stream = state;
  }

  get state() {
    return document.documentElement.dataset.stream;
  }
}

/** One EventSource at a time. It is replaced after an error or a silence, later each time. */
class Source {
  constructor({ after, onMessage, onState }) {
    Object.assign(this, { after, onMessage, onState });
    this.failures = 0;
    this.wanted = false;
    // A connection may outlive a moment without a network and still be deaf: open a new one.
    addEventListener("online", () => this.wanted && this.open());
    addEventListener("offline", () => this.wanted && this.onState("offline"));
    setInterval(() => this.check(), SILENCE_MS / 3);
  }

  start() {
    this.wanted = true;
    this.failures = 0;
    this.open();
  }

  stop() {
    this.wanted = false;
    this.close();
  }

  /** Notice a connection that died without a word, as after sleep. */
  check() {
    if (this.wanted && this.events && Date.now() - this.heardAt > SILENCE_MS) this.open();
  }

  open() {
    this.close();
    this.heardAt = Date.now();
    const events = new EventSource(`${URL_PATH}?lastEventId=${this.after()}`);
    this.events = events;
    const on = (type, react) =>
      events.addEventListener(type, (event) => {
        this.heardAt = Date.now();
        react?.(event);
      });
    on("stream-open", () => {
      this.failures = 0;
      this.onState("live");
    });
    on("keep-alive");
    on(RESET, (event) => this.onMessage({ type: RESET, number: Number(event.lastEventId) }));
    for (const type of TYPES) {
      on(type, (event) =>
        this.onMessage({ type, number: Number(event.lastEventId), data: JSON.parse(event.data) }),
      );
    }
    events.onerror = () => this.retry();
  }

  /** Come back by ourselves: the browser would ask for the number in the address again. */
  retry() {
    this.close();
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    const away = !navigator.onLine || this.failures > OFFLINE_AFTER;
    this.onState(away ? "offline" : "reconnecting");
    this.timer = setTimeout(() => this.open(), delay * (0.5 + Math.random()));
  }

  close() {
    clearTimeout(this.timer);
    this.events?.close();
    this.events = null;
  }
}

/** This tab among the tabs of one coach in this browser. */
class Tab {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.reading = false;
    this.remembered = [];
    this.shared = Boolean(navigator.locks && globalThis.BroadcastChannel);
    this.source = new Source({
      after: () => page.number,
      onMessage: (message) => this.pass(message),
      onState: (state) => this.tellState(state),
    });
    if (this.shared) {
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = ({ data }) => this.hear(data);
    }
    document.addEventListener("visibilitychange", () => this.seeVisibility());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.seeVisibility());
  }

  seeVisibility() {
    clearTimeout(this.rest);
    if (document.visibilityState === "visible") {
      this.join();
    } else {
      this.rest = setTimeout(() => this.leave(), this.shared ? REST_MS : 0);
    }
  }

  /** Ask for what was missed, and stand in line for the lock. */
  join() {
    if (!this.shared) {
      if (!this.reading) this.read();
      return;
    }
    this.say({ kind: "hello", number: this.page.number });
    if (this.reading) this.source.check();
    if (this.queued) return;
    this.queued = new AbortController();
    const { signal } = this.queued;
    navigator.locks
      .request(this.name, { signal }, () => (signal.aborted ? undefined : this.read()))
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
  }

  /** Read the stream until `leave`; the lock is ours as long as the promise is open. */
  read() {
    this.reading = true;
    this.remembered = [];
    this.source.start();
    this.say({ kind: "reader" });
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  leave() {
    clearTimeout(this.rest);
    this.queued?.abort();
    this.queued = null;
    if (!this.reading) return;
    this.reading = false;
    this.source.stop();
    this.release();
  }

  /** From the server: to this page, and to the other tabs. */
  pass(message) {
    const isNews = this.page.take(message);
    if (!isNews) return;
    if (message.type === RESET) this.remembered = [];
    else if (message.type !== UNSTORED) this.remembered = [...this.remembered, message].slice(-REMEMBERED);
    this.say({ kind: "message", message });
  }

  tellState(state) {
    this.page.state = state;
    this.say({ kind: "state", state });
  }

  say(word) {
    this.channel?.postMessage({ from: this.id, ...word });
  }

  /** From another tab. */
  hear(word) {
    if (word.to && word.to !== this.id) return;
    if (this.reading) {
      if (word.kind === "hello") this.answer(word);
      return;
    }
    if (word.kind === "reader") this.say({ kind: "hello", number: this.page.number });
    else if (word.kind === "state") this.page.state = word.state;
    else if (word.kind === "message") this.takeFromReader(word.message);
    else if (word.kind === "missed") for (const message of word.messages) this.page.take(message);
  }

  takeFromReader(message) {
    if (this.page.isMissingSomethingBefore(message)) {
      this.say({ kind: "hello", number: this.page.number });
      if (message.type !== UNSTORED) return;
    }
    this.page.take(message);
  }

  /**
   * Bring a tab that knows events up to `number` to where this one is. One that is ahead may have been
   * rendered a moment ago, or may know a number from before a backup was restored: reset it as well.
   */
  answer({ from, number }) {
    this.say({ to: from, kind: "state", state: this.page.state });
    if (number === this.page.number) return;
    const missed = this.remembered.filter((message) => message.number > number);
    const isComplete = missed[0]?.number === number + 1;
    const messages = isComplete ? missed : [{ type: RESET, number: this.page.number }];
    this.say({ to: from, kind: "missed", messages });
  }
}

const said = document.querySelector("[data-last-event-id]")?.dataset;
if (said?.lastEventId) {
  const tab = new Tab(new Page(Number(said.lastEventId)), `jl-events-${said.coach ?? ""}`);
  tab.seeVisibility();
}
