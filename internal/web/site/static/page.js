// What every page has: pieces that are drawn anew as things change, questions
// before what cannot be taken back, and times in the reader's own zone.
// Without this script all works but for speed.

document.documentElement.classList.add("scripted");

for (const hidden of document.querySelectorAll("[data-without-script]")) hidden.hidden = true;

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

export function localTimes(root) {
  for (const time of root.querySelectorAll("time[title]")) {
    const at = new Date(time.dateTime);
    if (!isNaN(at)) time.title = at.toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
  }
}
localTimes(document);

// put replaces an element by what the service drew, or adds it where it
// belongs. What somebody is using right now is left until they are done.
function put({ id, in: parent, html }) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  localTimes(holder.content);
  const old = document.getElementById(id);
  if (old) {
    if (old.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const open = old.querySelector("details")?.open;
    old.replaceWith(holder.content);
    const fresh = document.getElementById(id);
    if (open) fresh?.querySelector("details")?.setAttribute("open", "");
    if (focused) fresh?.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    return;
  }
  const place = document.getElementById(parent);
  if (!place) return;
  if (place.dataset.new === "first") place.prepend(holder.content);
  else place.append(holder.content);
}

const watched = document.querySelector("[data-live]");
if (watched) {
  const source = new EventSource(watched.dataset.live);
  source.addEventListener("piece", (event) => put(JSON.parse(event.data)));

  // A short break is mended before anybody need know.
  let silent = 0;
  source.addEventListener("error", () => {
    silent ||= setTimeout(() => {
      const p = Object.assign(document.createElement("p"), { id: "no-service", className: "problem", textContent: "The service does not answer, so what stands here may be old. This page goes on by itself when it does." });
      p.setAttribute("role", "alert");
      document.getElementById("main").prepend(p);
    }, 4000);
  });
  source.addEventListener("open", () => {
    clearTimeout(silent);
    silent = 0;
    document.getElementById("no-service")?.remove();
  });
  addEventListener("pagehide", () => source.close());
}
