// The review page: keys, the lines that are loaded ahead, and the outbox.
// Everything works without this script, by plain forms; it is here for speed.
//
// What a person finds goes into the outbox and the next line is shown at
// once. One exchange at a time hands the outbox over and brings lines to
// hold. Findings have ids made here, so that sending one again changes nothing,
// and stay in the outbox, kept by the browser too, until the service has
// answered that it took or refused them.

const root = document.getElementById("review");
const $ = (id) => document.getElementById(id);
const { url, account, petition, events } = root.dataset;
const stage = $("rv-stage");

const hold = 6; // lines to have, the shown one included
const beat = 25_000; // ms; the service frees lines after two minutes of silence
const waits = [1000, 2000, 5000, 10_000, 20_000]; // ms before trying again

let shown = null; // the line before the person's eyes
let ahead = []; // the lines after it
const seen = new Map(); // lines shown before, by id, for undoing
const searched = new Map(); // queries by line
const mine = JSON.parse(root.dataset.mine || "[]").reverse(); // what can be undone, the newest last
let zoomed = false;
const least = 250; // ms in which a line takes no answer unless it has been painted
let shownAt = 0;
let painted = false;

// The outbox.

const kept = `review-outbox.${account}.${petition}.`;
const tab = kept + random();
let outbox = adopt();
let sending = false;
let again = false; // something is new since the exchange began
let failures = 0;
let retry = 0;

// adopt takes over what tabs that are no more could not send.
function adopt() {
  const found = [];
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(kept))) {
    try {
      found.push(...JSON.parse(localStorage.getItem(key)));
    } catch {
      // not written by this page
    }
    localStorage.removeItem(key);
  }
  return found;
}

function keep() {
  if (outbox.length) localStorage.setItem(tab, JSON.stringify(outbox));
  else localStorage.removeItem(tab);
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function post(finding) {
  outbox.push({ id: `${account}.${random()}`, ...finding });
  keep();
  status();
  setTimeout(exchange); // after the next line is painted
  return outbox.at(-1);
}

const open = (line) => line?.node.dataset.open !== undefined;

// A line that was asked for and is decided is only looked at: it and what
// would follow it are not held.
const held = () => [shown, ...ahead].filter(open).map((l) => ({ id: l.id, hash: l.hash }));

async function exchange() {
  if (sending) {
    again = true;
    return;
  }
  sending = true;
  again = false;
  clearTimeout(retry);
  const batch = outbox.slice(0, 100);
  const answer = await ask(batch).catch(lost);
  sending = false;
  if (answer) {
    failures = 0;
    take(answer, batch);
  }
  status();
  if (!outbox.length) idle.splice(0).forEach((done) => done());
  if (failures) retry = setTimeout(exchange, waits[Math.min(failures, waits.length) - 1]);
  else if (again || outbox.length) exchange();
}

async function ask(batch) {
  const response = await fetch(`${url}/sync`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ findings: batch, at: shown?.id ?? "", have: held(), want: shown && !open(shown) ? 0 : hold }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw Object.assign(new Error((await response.json().catch(() => ({}))).detail), { status: response.status });
  return response.json();
}

const idle = []; // who waits until all is sent
const sent = () => new Promise((done) => idle.push(done));

// take does what the service answered to a batch of findings.
function take(answer, batch) {
  $("rv-lost").hidden = true;
  const done = new Set([...answer.taken, ...answer.refused.map((r) => r.id)]);
  outbox = outbox.filter((f) => !done.has(f.id));
  keep();
  for (const no of answer.refused) refused(no, batch.find((f) => f.id === no.id));
  // What was found while the exchange was under way, the answer knows nothing of.
  const since = new Set(outbox.filter((f) => f.kind !== "undo" && f.kind !== "correct").map((f) => f.line));
  for (const gone of answer.gone) drop(gone);
  for (const line of answer.lines) if (!since.has(line.id)) arrived(line);
  $("rv-head").innerHTML = answer.head;
  rest = answer.rest;
  certain(answer);
  stage.querySelector(".rv-waiting")?.classList.remove("rv-waiting");
  // Whether anything is left is known only once all is sent.
  const settled = !again && !outbox.length;
  if (!shown && (ahead.length || (settled && stage.dataset.rest !== rest))) advance(answer);
}

let rest = "";

// arrived puts a line where it belongs: in place of an older state of itself,
// or behind the others.
function arrived(line) {
  const fresh = prepare(line);
  const at = ahead.findIndex((l) => l.id === line.id);
  if (shown?.id === line.id) renew(fresh);
  else if (at >= 0) ahead[at] = fresh;
  else ahead.push(fresh);
}

// prepare builds a line and loads and decodes its pictures, so that showing it
// takes no time.
function prepare(line) {
  const box = document.createElement("div");
  box.innerHTML = line.html;
  const node = box.firstElementChild;
  for (const picture of node.querySelectorAll("img, image")) load(picture);
  return { id: line.id, hash: line.hash, node };
}

function load(picture) {
  if (picture instanceof SVGImageElement) picture = Object.assign(new Image(), { src: picture.href.baseVal });
  picture.decode().catch(() => {}); // it is shown when it comes
}

// renew replaces the shown line by a newer state of it, but never under the
// hands of somebody who types.
function renew(fresh) {
  if (typing(document.activeElement) || stage.querySelector("details.rv-pop[open]")) {
    shown.newer = fresh;
    shown.hash = fresh.hash;
    return;
  }
  show(fresh);
}

function drop(gone) {
  ahead = ahead.filter((l) => l.id !== gone.id);
  seen.delete(gone.id);
  if (shown?.id !== gone.id) return;
  notice(gone.text || "Somebody else looks at this line now.");
  shown = null;
}

function refused(no, finding) {
  const at = mine.findIndex((m) => m.id === no.id);
  if (at >= 0) mine.splice(at, 1);
  undoButton();
  const place = no.place ? no.place[0].toUpperCase() + no.place.slice(1) : "A line";
  if (finding?.kind === "undo") {
    notice(`${place}: not undone. ${no.text}`);
    if (shown?.id === no.line) shown = null; // it is as decided as before
    seen.delete(no.line);
  }
  else notice(`${place}: not recorded. ${no.text}`, no.line);
}

// notice says something that stays until it was read.
function notice(text, line) {
  const p = document.createElement("p");
  p.className = "rv-notice";
  p.setAttribute("role", "alert");
  p.append(`${text} `);
  if (line) p.append(Object.assign(document.createElement("a"), { href: `${url}?line=${encodeURIComponent(line)}`, textContent: "Look at it again" }), " ");
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close", className: "quiet small" });
  close.addEventListener("click", () => p.remove());
  p.append(close);
  $("rv-notices").append(p);
}

// status shows whether everything is saved.
function status() {
  const text = $("rv-saved");
  const n = outbox.length;
  const things = n === 1 ? "1 finding" : `${n} findings`;
  let state = "saved";
  let words = "Saved";
  if (failures) {
    state = "lost";
    words = n ? `${things} could not be saved; kept here, will try again` : "No connection; will try again";
  } else if (n) {
    state = "saving";
    words = "Saving…";
  }
  if (text.textContent !== words) text.textContent = words;
  text.dataset.state = state;
  text.dataset.waiting = n;
}

function lost(error) {
  failures++;
  const box = $("rv-lost");
  if (error.status !== 401 && error.status !== 403) return;
  box.hidden = false;
  box.replaceChildren(
    error.status === 401 ? "You are signed out. What you found is kept here. " : `${error.message} What you found is kept here. `,
    Object.assign(document.createElement("a"), { href: "/login", target: "_blank", textContent: "Sign in again in another window" }),
    "; this page goes on by itself.",
  );
}

// Showing lines.

function show(line) {
  if (shown && shown.id !== line.id) remember(shown);
  shown = line;
  delete stage.dataset.rest;
  stage.replaceChildren(line.node);
  if (zoomed) $("rv-picture")?.classList.add("rv-zoomed");
  keysFor(line.node.querySelector(".rv-likely") || !$("rv-results")?.querySelector("[data-member]") ? "candidates" : "results");
  scrollSheet();
  focusLine();
  paint(line);
}

// paint notes when a line and its pictures are on the screen: before that nobody has seen it.
async function paint(line) {
  shownAt = performance.now();
  painted = false;
  delete root.dataset.painted;
  await Promise.all([...line.node.querySelectorAll(".rv-picture img")].map((i) => i.decode().catch(() => {})));
  requestAnimationFrame(() => setTimeout(() => {
    if (shown !== line) return;
    painted = true;
    root.dataset.painted = "";
  }));
}

// focusLine puts the focus on the heading, which says where one is. It never goes into the
// search box by itself: the next key would be typed there.
function focusLine() {
  $("rv-place").focus({ preventScroll: true });
  if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
}

function remember(line) {
  line.node.querySelectorAll("details.rv-pop[open]").forEach((d) => (d.open = false));
  seen.delete(line.id);
  seen.set(line.id, line);
  if (seen.size > 40) seen.delete(seen.keys().next().value);
}

function scrollSheet() {
  const scroll = $("rv-scroll");
  const row = scroll?.querySelector(".rv-row");
  if (!row) return;
  const height = scroll.scrollHeight;
  scroll.scrollTop = ((Number(row.getAttribute("y")) + Number(row.getAttribute("height")) / 2) / 1000) * height - scroll.clientHeight / 2;
}

// advance shows the next line, or says why there is none.
function advance(answer) {
  $("rv-certain-now")?.remove();
  const line = ahead.shift();
  if (line) {
    show(line);
    return;
  }
  if (shown) remember(shown);
  shown = null;
  if (answer) {
    stage.dataset.rest = rest;
    stage.innerHTML = rest;
  } else {
    const p = document.createElement("p");
    p.className = "rv-wait";
    p.tabIndex = -1;
    p.textContent = failures ? "The next lines will come when the connection is back. What you found is kept." : "The next line is coming…";
    stage.replaceChildren(p);
  }
  stage.querySelector("[tabindex]")?.focus({ preventScroll: true });
}

// Finding.

function find(kind, member, more = {}) {
  if (!open(shown) || (!painted && performance.now() - shownAt < least)) return;
  const { id, node } = shown;
  if (kind === "nobody") countShown();
  const queries = searched.get(id) ?? [];
  const left = lacking(shown);
  if (kind === "nobody" && left > 0) {
    focusSearch();
    hint(left === 1 ? "Search the roll once before giving the line to nobody." : `Search the roll ${left} times, each for something else, before giving the line to nobody.`);
    return;
  }
  const finding = post({ line: id, kind, member, searched: queries, ...more });
  const name = member && node.querySelector(`button[value="accept ${CSS.escape(member)}"]`)?.dataset.name;
  const what = words[kind] + (name ? `: ${name}` : "");
  mine.push({ id: finding.id, line: id, place: node.dataset.place, what });
  undoButton();
  say(`${title(node.dataset.place)}: ${what}.`, true);
  if (kind === "correct") {
    node.querySelector(".rv-columns").classList.add("rv-waiting");
    closePops();
    $("rv-place").focus({ preventScroll: true });
    return;
  }
  count();
  advance();
}

// countShown counts the search whose results are on the screen: the person looked at them.
function countShown() {
  const query = $("rv-results")?.querySelector("[data-query]")?.dataset.query ?? "";
  const key = query.trim().replace(/\s+/g, " ").toLowerCase();
  const before = searched.get(shown.id) ?? [];
  if (key.length >= 2 && !before.includes(key)) searched.set(shown.id, [...before, key]);
}

// skip leaves a line for later, and before goes back to the one that was shown last.
function skip() {
  const line = shown;
  if (!ahead.length) {
    say("There is no other line yet.");
    return;
  }
  ahead.push(line);
  show(ahead.shift());
  say(`${title(line.node.dataset.place)}: left for later.`, true);
}

async function before() {
  const last = [...seen.keys()].filter((id) => id !== shown?.id).at(-1);
  if (!last) {
    say("There is no line before this one.");
    return;
  }
  try {
    back(prepare(await get(`${url}/line?line=${encodeURIComponent(last)}`)));
  } catch {
    say("The line before could not be shown.");
  }
}

const words = { accept: "accepted", "one-of": "one of several counted", nobody: "nobody on the roll", illegible: "illegible", unsigned: "unsigned", struck: "struck out", duplicate: "duplicate", incomplete: "incomplete", "out-of-window": "out of window", ineligible: "ineligible", ambiguous: "ambiguous", correct: "text corrected", flag: "flagged for the chair", override: "counted by override", "not-standing": "does not count" };
const title = (s) => s[0].toUpperCase() + s.slice(1);

// count shows at once what the service will say in a moment.
function count() {
  const head = $("rv-head").firstElementChild;
  head.dataset.done = Number(head.dataset.done) + 1;
  $("rv-done").textContent = Number(head.dataset.done).toLocaleString("en");
}

async function undo() {
  const last = mine.pop();
  if (!last) {
    say("There is nothing to undo.");
    return;
  }
  post({ line: last.line, kind: "undo", undoes: last.id });
  undoButton();
  say(`${title(last.place)}: taken back.`);
  const before = shown?.id === last.line ? shown : seen.get(last.line);
  if (before) {
    back(before);
    return;
  }
  try {
    await sent(); // the service shows it undecided only then
    back(prepare(await get(`${url}/line?line=${encodeURIComponent(last.line)}`)));
  } catch {
    notice(`${title(last.place)} is undone; it could not be shown.`, last.line);
  }
}

// back shows a line again, before those that would come next.
function back(line) {
  ahead = ahead.filter((l) => l.id !== line.id);
  if (shown && shown.id !== line.id) ahead.unshift(shown);
  shown = line;
  show(line);
}

function undoButton() {
  const last = mine.at(-1);
  const box = $("rv-undo");
  if (!last) {
    box.replaceChildren();
    return;
  }
  const text = Object.assign(document.createElement("span"), { textContent: `${title(last.place)}: ${last.what}` });
  const button = Object.assign(document.createElement("button"), { type: "button", id: "rv-undo-button", className: "small", textContent: "Undo " });
  button.append(Object.assign(document.createElement("kbd"), { textContent: "u" }));
  button.addEventListener("click", undo);
  box.replaceChildren(text, button);
}

async function get(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail || "No answer");
  return response.json();
}

// say announces, and shows for as long as the line is there.
function say(text, quiet) {
  const box = $("rv-say");
  box.classList.toggle("rv-quiet", Boolean(quiet));
  box.textContent = text;
}

// Searching.

let asked = 0;

async function search(query, submitted) {
  clearTimeout(typed); // what was typed so far is not asked for any more
  const line = shown;
  const ask = ++asked;
  if (submitted) {
    const key = query.trim().replace(/\s+/g, " ").toLowerCase();
    const before = searched.get(line.id) ?? [];
    if (key.length >= 2 && !before.includes(key)) searched.set(line.id, [...before, key]);
  }
  try {
    const answer = await get(`${url}/search?line=${encodeURIComponent(line.id)}&q=${encodeURIComponent(query)}`);
    if (ask !== asked || shown !== line) return;
    $("rv-results").innerHTML = answer.html;
    keysFor(answer.found ? "results" : "candidates");
    if (submitted) {
      $("rv-results").focus({ preventScroll: true });
      $("rv-results").scrollIntoView({ block: "nearest" });
      const left = lacking(line);
      if (!open(line)) return;
      const nobody = left > 0 ? `search for something else (${left} more before nobody)` : "n for nobody";
      hint(answer.found ? `Press the number of the member, or ${nobody}.` : `Nobody found; ${nobody}.`);
    }
  } catch (error) {
    if (ask === asked && submitted) hint(`The roll could not be searched: ${error.message}. Try again when the connection is back.`);
  }
}

const lacking = (line) => Number(line.node.dataset.searches) - (searched.get(line.id) ?? []).length;

// hint says beside the search box what comes next.
function hint(text) {
  const box = $("rv-needed");
  box.textContent = text;
  box.dataset.said = "";
  say(text, true);
}

function focusSearch() {
  const box = $("rv-q");
  box?.focus();
  box?.select();
}

// Only one list of members takes the keys 1 to 9, and shows them.
function keysFor(list) {
  if (shown) shown.node.dataset.keys = list;
}

function choose(n) {
  const list = shown?.node.dataset.keys === "results" ? "#rv-results" : ".rv-likely";
  const member = stage.querySelectorAll(`${list} [data-member]`)[n - 1];
  if (member) find("accept", member.dataset.member);
}

// Keys.

const typing = (e) => e instanceof HTMLElement && (e.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.tagName)) && e.type !== "checkbox";
let keysOn = localStorage.getItem("review-keys") !== "off";

function setKeys(on) {
  keysOn = on;
  if (on) localStorage.removeItem("review-keys");
  else localStorage.setItem("review-keys", "off");
  root.classList.toggle("rv-nokeys", !on);
  $("rv-keys").checked = on;
  $("rv-toggle").setAttribute("aria-pressed", String(on));
  $("rv-toggle").textContent = on ? "Keys on" : "Keys off";
}

const pops = { c: "rv-correct", x: "rv-reasons", f: "rv-flag", o: "rv-override" };
const kinds = { n: "nobody", i: "illegible", s: "unsigned", k: "struck", d: "duplicate" };

function pop(id) {
  const box = $(id);
  if (!box) return;
  closePops();
  popped = document.activeElement;
  box.open = true;
  const field = box.querySelector("input:not([type=hidden]), select");
  field?.focus();
  if (id === "rv-correct") field?.select();
}

let popped = null; // where the focus was before a key opened a box

function closePops() {
  stage.querySelectorAll("details.rv-pop[open]").forEach((d) => (d.open = false));
}

function zoom() {
  const figure = $("rv-picture");
  if (!figure) return;
  zoomed = figure.classList.toggle("rv-zoomed");
  figure.focus({ preventScroll: true });
  say(zoomed ? "Enlarged; arrow keys move the picture." : "Whole line.", true);
}

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  if (e.key === "Escape") {
    escape(e);
    return;
  }
  if (typing(e.target) || document.querySelector("dialog[open]") || !keysOn || e.repeat) return;
  if ((e.key === "Enter" || e.key === " ") && e.target.closest("a, button, summary")) return;
  if (!act(e.key)) return;
  e.preventDefault();
  eaten = e.key;
});

// A key that moves the focus into a text field must not be typed there.
let eaten = "";
document.addEventListener("beforeinput", (e) => e.data === eaten && e.preventDefault());
document.addEventListener("keyup", () => (eaten = ""));

// act does what a key says; false where it says nothing.
function act(key) {
  if (key === "?") $("rv-help").showModal();
  else if (key === "u") undo();
  else if (key === "ArrowLeft" && !zoomed) before();
  else if (!shown) return false;
  else if (key === "/") focusSearch();
  else if (key === "ArrowRight" && !zoomed) skip();
  else if (key === "z") zoom();
  else if (/^[1-9]$/.test(key)) choose(Number(key));
  else if (key in kinds) find(kinds[key]);
  else if (key === "e") return either();
  else if (key in pops) pop(pops[key]);
  else if (key === "Enter") accept();
  else return false;
  return true;
}

// either counts one of several members of one name, where that is offered.
function either() {
  const [kind, member] = shown.node.querySelector("button[data-key=e]")?.value.split(" ") ?? [];
  if (kind) find(kind, member);
  return Boolean(kind);
}

function accept() {
  const { first, keys } = shown.node.dataset;
  if (keys === "results") say("Press the number of the member.");
  else if (first) find("accept", first);
  else focusSearch();
}

// escape leaves what is open: a box, a text field, the results.
function escape(e) {
  const box = stage.querySelector("details.rv-pop[open]");
  if (document.querySelector("dialog[open]")) return;
  if (box) {
    box.open = false;
    (popped?.isConnected ? popped : box.querySelector("summary")).focus({ preventScroll: true });
    popped = null;
  } else if (typing(e.target)) $("rv-place")?.focus({ preventScroll: true });
  else if (shown?.node.querySelector(".rv-likely")) keysFor("candidates");
  e.preventDefault();
  if (shown?.newer) show(shown.newer);
}

// Buttons and forms do what their keys do.

stage.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.dataset.plain !== undefined || (form.id !== "rv-search" && !open(shown))) return; // a form like any other
  e.preventDefault();
  if (eaten === "Enter") return; // the key that led here is still down
  if (form.id === "rv-search") {
    search(form.elements.q.value, true);
    return;
  }
  const [kind, ...member] = (e.submitter?.value ?? form.dataset.kind ?? "").split(" ");
  const note = form.elements.note?.value.trim();
  const chosen = (member.join(" ") || form.elements.member?.value || "").replace(/^-$/, "") || undefined;
  if (kind === "correct") correct(form);
  else find(kind, chosen, note ? { note } : {});
});

function correct(form) {
  const fields = {};
  for (const input of form.querySelectorAll("[data-read]")) {
    if (input.value.trim() !== input.dataset.read.trim()) fields[input.name.replace("field-", "")] = input.value.trim();
  }
  if (Object.keys(fields).length) find("correct", undefined, { fields });
  else say("Nothing was changed.");
}

let typed = 0;
stage.addEventListener("input", (e) => {
  if (e.target.id !== "rv-q") return;
  clearTimeout(typed);
  const query = e.target.value;
  if (query.trim().length >= 2) typed = setTimeout(() => search(query, false), 180);
});

stage.addEventListener("click", (e) => {
  if (e.target.closest("#rv-picture-link")) {
    e.preventDefault();
    zoom();
  }
  if (e.target.closest("button[data-key=z]")) zoom();
});

document.addEventListener("click", (e) => {
  for (const box of stage.querySelectorAll("details.rv-pop[open]")) if (!box.contains(e.target)) box.open = false;
});

$("rv-undo").addEventListener("submit", (e) => {
  e.preventDefault();
  undo();
});

// Certainty.

let wasCertain = $("rv-head").firstElementChild.dataset.certain === "true";

function certain(answer) {
  if (!answer.certain || wasCertain || !answer.open) {
    wasCertain = answer.certain;
    return;
  }
  wasCertain = true;
  const box = $("rv-certain");
  $("rv-certain-outcome").textContent = answer.outcome;
  $("rv-certain-left").textContent = answer.open === 1 ? "the last line" : `the other ${answer.open.toLocaleString("en")} lines`;
  box.showModal();
  $("rv-certain-title").focus();
}

$("rv-certain").addEventListener("close", () => (shown ? focusLine() : undefined));
$("rv-certain").addEventListener("keydown", (e) => {
  if (e.key !== "g" || !keysOn) return;
  e.preventDefault();
  eaten = e.key; // the search box may be next to have the focus
  $("rv-certain").close();
});

// Beginning and end.

addEventListener("pagehide", () => {
  const body = JSON.stringify({ findings: outbox.slice(0, 100), have: held(), leave: true });
  navigator.sendBeacon(`${url}/sync`, new Blob([body], { type: "application/json" }));
});
addEventListener("pageshow", (e) => e.persisted && exchange());
addEventListener("online", exchange);
addEventListener("focus", () => performance.now() - beaten > beat && exchange());
addEventListener("beforeunload", (e) => {
  if (outbox.length && failures) e.preventDefault();
});
addEventListener("resize", scrollSheet);

let beaten = 0;
setInterval(() => {
  beaten = performance.now();
  exchange();
}, beat);

let told = 0;
if (events) {
  new EventSource(events).addEventListener("changed", () => {
    clearTimeout(told);
    told = setTimeout(exchange, 150);
  });
}

$("rv-help-button").addEventListener("click", () => $("rv-help").showModal());
$("rv-toggle").addEventListener("click", () => setKeys(!keysOn));
$("rv-keys").addEventListener("change", (e) => setKeys(e.target.checked));
$("rv-help").addEventListener("close", () => $("rv-place")?.focus({ preventScroll: true }));

root.classList.add("rv-js");
setKeys(keysOn);
status();
const first = stage.querySelector(".rv-line");
if (first) {
  const before = JSON.parse(root.dataset.searched || "[]");
  if (before.length) searched.set(first.dataset.line, before);
  show({ id: first.dataset.line, hash: root.dataset.hash, node: first });
}
undoButton();
exchange();
