// Keys of the contact sheet: digits and space mark, arrows move, Enter accepts the rest, F2 opens
// a line. Sheets are loaded ahead, and what was answered is handed over while the next one is
// looked at. Without this script the form does it all.

const root = document.getElementById("contact");
const { url } = root.dataset;
const least = 250; // ms in which no answer is taken unless the sheet has been painted
const enough = 5; // sheets to have ready

let shownAt = performance.now();
let painted = false;
let loading = false;
const ahead = []; // sheets to come, their pictures decoded
const outbox = []; // answers that the service has not taken yet
let sending = false;

const boxes = () => [...root.querySelectorAll("input[type=checkbox]")];
const idOf = (sheet) => sheet?.querySelector("input[name=sheet]")?.value;
const say = (text) => (document.getElementById("contact-say").textContent = text);

async function ask(address, options = {}) {
  const response = await fetch(address, { ...options, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail || "The service did not answer.");
  return response.json();
}

// load fetches sheets to come. What lies before the person and what is not taken yet is not
// asked for again.
async function load() {
  if (loading || ahead.length >= enough - 1) return;
  loading = true;
  const have = [root, ...ahead].map(idOf).concat(outbox.map((a) => a.get("sheet"))).filter(Boolean);
  try {
    const query = new URLSearchParams(have.map((id) => ["but", id]));
    for (const html of (await ask(`${url}?${query}`)).sheets) {
      const sheet = document.createElement("div");
      sheet.innerHTML = html;
      for (const picture of sheet.querySelectorAll("img")) picture.decode().catch(() => {});
      ahead.push(sheet);
    }
  } catch (error) {
    if (!root.querySelector("form")) notice(`The next lines could not be loaded: ${error.message} It is tried again.`);
  }
  loading = false;
  if (root.querySelector("form, .empty")) return;
  if (ahead.length) next();
  else setTimeout(load, 500);
}

function next() {
  const sheet = ahead.shift();
  if (sheet) root.replaceChildren(...sheet.childNodes);
  else root.replaceChildren(Object.assign(document.createElement("p"), { className: "lead", textContent: "The next lines are coming…" }));
  scrollTo(0, 0);
  shown();
}

async function shown() {
  shownAt = performance.now();
  painted = false;
  const sheet = root.querySelector("form");
  if (!sheet) return;
  boxes()[0]?.focus({ preventScroll: true });
  await Promise.all([...root.querySelectorAll("img")].map((i) => i.decode().catch(() => {})));
  requestAnimationFrame(() => setTimeout(() => {
    if (root.querySelector("form") !== sheet) return;
    painted = true;
    root.dataset.painted = performance.now();
  }));
}

function answer(form) {
  if (!painted && performance.now() - shownAt < least) return;
  outbox.push(new URLSearchParams(new FormData(form)));
  next();
  setTimeout(send); // after the next sheet is painted
}

async function send() {
  if (sending) return;
  sending = true;
  while (outbox.length) {
    try {
      const taken = await ask(url, { method: "POST", body: outbox[0] });
      outbox.shift();
      if (taken.again) notice(taken.said);
      else say(taken.said);
    } catch (error) {
      notice(`Not saved yet: ${error.message} It is tried again.`);
      await new Promise((done) => setTimeout(done, 3000));
    }
  }
  sending = false;
  load();
}

function notice(text) {
  const p = Object.assign(document.createElement("p"), { className: "problem", textContent: text });
  p.setAttribute("role", "alert");
  document.getElementById("contact-notices").replaceChildren(p);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "contact-form") return;
  event.preventDefault();
  answer(event.target);
});

// A browser sends a form at Enter, and does so again and again while the key is held: sheets would
// be accepted that nobody looked at. Enter answers below, once for each time it is pressed.
document.addEventListener("keypress", (event) => {
  if (event.key === "Enter" && root.contains(event.target) && !event.target.closest("a")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const form = root.querySelector("form");
  if (!form) return;
  const all = boxes();
  const at = all.indexOf(document.activeElement);
  const go = { ArrowRight: at + 1, ArrowDown: at + 2, ArrowLeft: at - 1, ArrowUp: at - 2 }[event.key];
  const box = all.find((b) => b.dataset.key === event.key);
  if (box) {
    box.checked = !box.checked;
    box.focus({ preventScroll: true });
  } else if (go !== undefined) all[Math.max(0, Math.min(all.length - 1, go))]?.focus();
  else if (event.key === "F2") location.href = (all[at] ?? all[0]).dataset.review;
  else if (event.key === "Enter" && !document.activeElement.closest("a")) answer(form);
  else return;
  event.preventDefault();
});

addEventListener("beforeunload", (event) => outbox.length && event.preventDefault());

if (root.querySelector("form")) {
  shown();
  load();
}
