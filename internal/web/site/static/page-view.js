// The page view: how large the scan is, a line drawn on it, and a page that shows itself once it
// was read. Without this script the scan fits its column, and a line is placed by numbers.

const view = document.getElementById("pageview");
const paper = view.querySelector(".paper");

if (view.dataset.waits) {
  const source = new EventSource(view.dataset.waits);
  source.addEventListener("piece", (event) => {
    const piece = JSON.parse(event.data);
    if (piece.id === view.dataset.sheet && !piece.html.includes("Waiting to be read")) location.reload();
  });
  addEventListener("pagehide", () => source.close());
}

if (paper) {
  const box = paper.querySelector(".sheetbox");
  const scan = paper.querySelector(".scan");
  const natural = scan.viewBox.baseVal.width;
  const tools = view.querySelector(".zoom");
  tools.hidden = false;

  const zoom = (to) => {
    const middle = [(paper.scrollLeft + paper.clientWidth / 2) / box.clientWidth, (paper.scrollTop + paper.clientHeight / 2) / box.clientHeight];
    box.style.width = to === "fit" ? "" : `${natural * Number(to)}px`;
    paper.classList.toggle("zoomed", to !== "fit");
    paper.scrollLeft = middle[0] * box.clientWidth - paper.clientWidth / 2;
    paper.scrollTop = middle[1] * box.clientHeight - paper.clientHeight / 2;
  };
  for (const button of tools.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom));
  paper.addEventListener("keydown", (event) => {
    const to = { 0: "fit", 1: "1", 2: "2" }[event.key];
    if (to && !event.ctrlKey && !event.metaKey) zoom(to);
  });
  paper.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // else it scrolls
    event.preventDefault();
    const now = box.clientWidth / natural;
    zoom(String(Math.min(4, Math.max(0.1, now * Math.exp(-event.deltaY / 300)))));
  }, { passive: false });

  // Dragging moves the scan, or draws the box of a line.
  const draw = tools.querySelector("[data-draw]");
  const form = document.querySelector("#add-line form");
  if (!form) draw.hidden = true;
  draw.addEventListener("click", () => {
    draw.setAttribute("aria-pressed", String(draw.getAttribute("aria-pressed") !== "true"));
    paper.classList.toggle("drawing", draw.getAttribute("aria-pressed") === "true");
  });
  const at = (event) => {
    const r = box.getBoundingClientRect();
    const share = (v, from, size) => Math.min(100, Math.max(0, ((v - from) / size) * 100));
    return [share(event.clientX, r.left, r.width), share(event.clientY, r.top, r.height)];
  };
  let from = null;
  let frame = null;
  paper.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    if (paper.classList.contains("drawing")) {
      from = at(event);
      frame?.remove();
      frame = document.createElement("div");
      frame.className = "drawn";
      box.append(frame);
    } else if (paper.classList.contains("zoomed")) {
      from = [event.clientX + paper.scrollLeft, event.clientY + paper.scrollTop];
    } else {
      return;
    }
    paper.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  paper.addEventListener("pointermove", (event) => {
    if (!from) return;
    if (!paper.classList.contains("drawing")) {
      paper.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
      return;
    }
    const to = at(event);
    const [left, right] = [from[0], to[0]].sort((a, b) => a - b);
    const [top, bottom] = [from[1], to[1]].sort((a, b) => a - b);
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` });
    for (const [name, value] of Object.entries({ left, right, top, bottom })) form.elements[name].value = value.toFixed(1);
  });
  paper.addEventListener("pointerup", () => {
    if (from && paper.classList.contains("drawing")) {
      document.getElementById("add-line").open = true;
      form.querySelector("button").focus();
    }
    from = null;
  });
}
