// Where this browser is. It fills a sign-up's hidden field, and asks when the account says another zone.
// It never changes anything by itself.

const KEPT = "journeyloop.zone-kept";

/** The browser's zone; empty when it says UTC, which is what browsers that hide where they are say. */
function browserZone() {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  return ["UTC", "Etc/UTC", "Etc/Unknown"].includes(zone) ? "" : zone;
}

/** Two names may mean one zone (Asia/Kolkata, Asia/Calcutta): compare what their clocks show in both halves of the year. */
function sameClock(one, other) {
  const year = new Date().getUTCFullYear();
  const shown = (zone, month) =>
    new Date(Date.UTC(year, month, 15, 12)).toLocaleString("en-GB", { timeZone: zone });
  try {
    return [0, 3, 6, 9].every((month) => shown(one, month) === shown(other, month));
  } catch {
    return false;
  }
}

/** The coach said once that this browser's zone is not theirs; do not ask again for the same place. */
function wasKept(pair) {
  try {
    return window.localStorage.getItem(KEPT) === pair;
  } catch {
    return false;
  }
}

function keep(pair) {
  try {
    window.localStorage.setItem(KEPT, pair);
  } catch {
    // Without storage the question comes back with the next page; nothing is lost.
  }
}

function show(question, which) {
  for (const part of question.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== which;
  question.hidden = false;
}

function ask(question, here) {
  const stored = question.dataset.zone;
  if (!here || here === stored || sameClock(here, stored)) return;
  const pair = `${stored} ${here}`;
  if (question.dataset.confirmed === "yes" && wasKept(pair)) return;
  const city = here.split("/").pop().replaceAll("_", " ");
  for (const word of question.querySelectorAll("[data-elsewhere]")) word.textContent = city;
  question.querySelector("[data-elsewhere-value]").value = here;
  question.querySelector("[data-keep]").addEventListener("submit", () => keep(pair));
  show(question, "elsewhere");
}

const here = browserZone();
for (const field of document.querySelectorAll("input[data-browser-zone]")) {
  if (!field.value) field.value = here;
}
const question = document.getElementById("zone-question");
if (question) ask(question, here);
