// Files go to the service in pieces, by the tus protocol (1.0.0). After a
// break they go on where they stopped: at once when the connection is back,
// and also when the page was closed and the same file is dropped again.

const pieceSize = 8 * 1024 * 1024;
const atOnce = 2; // files
const form = document.querySelector("form[data-upload]");

if (form) {
  const petition = form.dataset.upload;
  const list = form.querySelector(".arriving");
  const say = form.querySelector("[data-say]");
  const input = form.querySelector("input[type=file]");
  const waiting = [];
  let running = 0;

  const add = (files) => {
    for (const file of files) waiting.push({ file, row: draw(file) });
    next();
  };

  const next = () => {
    while (running < atOnce && waiting.length) {
      running++;
      const { file, row } = waiting.shift();
      send(file, row).finally(() => { running--; next(); });
    }
  };

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  form.addEventListener("submit", (event) => event.preventDefault());

  // The whole page takes files: people miss small targets.
  let depth = 0;
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => { if (carries(event)) { depth++; document.body.classList.add("dropping"); } });
  addEventListener("dragleave", (event) => { if (carries(event) && --depth <= 0) { depth = 0; document.body.classList.remove("dropping"); } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    add(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });

  // What was interrupted when the page was closed is said when it is open again: only the person
  // has the file.
  const begins = `upload ${petition} `;
  for (const key of Object.keys(localStorage).filter((k) => k.startsWith(begins))) interrupted(key);

  async function interrupted(key) {
    const [, name, size] = key.slice(begins.length).match(/^(.*) (\d+) \d+$/s) ?? [];
    const address = localStorage.getItem(key);
    const answer = name && await fetch(address, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null);
    if (answer === null || answer?.status >= 500) return; // the service does not answer now
    if (!answer?.ok || answer.headers.get("Countersign-Upload")) return localStorage.removeItem(key); // swept, or here
    const row = draw({ name });
    row.dataset.interrupted = key;
    show(row, `interrupted at ${percent(answer.headers.get("Upload-Offset") / size)}: drop the file here again, and it goes on`, answer.headers.get("Upload-Offset") / size);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: "Forget it" });
    button.addEventListener("click", () => {
      fetch(address, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
      localStorage.removeItem(key);
      row.remove();
    });
    row.querySelector(".line").append(button);
  }

  function draw(file) {
    const row = document.createElement("li");
    row.innerHTML = `<div class="line"><span class="name"></span><span class="state">waits</span></div><progress max="1" value="0"></progress>`;
    row.querySelector(".name").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    list.append(row);
    return row;
  }

  function show(row, text, share, bad) {
    const state = row.querySelector(".state");
    state.textContent = text;
    state.classList.toggle("bad", !!bad);
    const bar = row.querySelector("progress");
    if (share === null) bar.remove();
    else if (bar && share !== undefined) bar.value = share;
  }

  function done(row, text, bad) {
    show(row, text, null, bad);
    row.dataset.done = bad ? "bad" : "yes";
    say.textContent = `${row.querySelector(".name").textContent}: ${text}`;
    if (!bad && text === "added") setTimeout(() => row.remove(), 4000);
  }

  // offer asks whether a file that is here, but excluded, shall count again.
  function offer(row, result) {
    done(row, `is here already, as ${result.same}, but excluded: none of its lines counts`);
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = "Include again";
    button.addEventListener("click", async () => {
      button.disabled = true;
      const answer = await fetch(`/uploads/${result.id}/include`, { method: "POST", redirect: "manual" }).catch(() => null);
      if (answer && (answer.ok || answer.type === "opaqueredirect")) {
        button.remove();
        done(row, "counts again");
      } else {
        button.disabled = false;
        done(row, "could not be included: try again", true);
      }
    });
    row.querySelector(".line").append(button);
  }

  async function send(file, row) {
    const key = `upload ${petition} ${file.name} ${file.size} ${file.lastModified}`;
    list.querySelector(`[data-interrupted="${CSS.escape(key)}"]`)?.remove();
    let address = localStorage.getItem(key);
    let tries = 0;
    while (true) {
      try {
        const result = await attempt(file, row, key, address, () => { tries = 0; });
        localStorage.removeItem(key);
        if (result.excluded) return offer(row, result);
        return done(row, result.same ? `is here already, as ${result.same}` : "added");
      } catch (error) {
        if (error instanceof Refused) {
          localStorage.removeItem(key);
          return done(row, error.message, true);
        }
        address = localStorage.getItem(key);
        tries++;
        const pause = Math.min(1000 * 2 ** (tries - 1), 15000);
        show(row, "the connection is broken; it goes on by itself", undefined);
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, pause);
          addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
        });
      }
    }
  }

  // attempt sends what is missing of a file, or throws: Refused where trying
  // again is of no use, anything else where it is.
  async function attempt(file, row, key, address, progress) {
    let offset = 0, result = null;
    if (address) {
      const answer = await fetch(address, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
      if (answer.ok) {
        offset = Number(answer.headers.get("Upload-Offset"));
        result = outcome(answer);
      } else if (answer.status < 500) {
        await signedOut(answer);
        address = null; // it was swept, or belongs to somebody else
      } else throw new Error(answer.status);
    }
    if (!address) {
      const answer = await fetch("/tus/", {
        method: "POST",
        headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(file.name)},petition ${base64(petition)}` },
      });
      if (!answer.ok) await refused(answer);
      address = new URL(answer.headers.get("Location"), location.href).pathname;
      localStorage.setItem(key, address);
      offset = 0;
    }
    while (offset < file.size) {
      const answer = await piece(address, file.slice(offset, offset + pieceSize), offset, (sent) => show(row, percent((offset + sent) / file.size), (offset + sent) / file.size));
      if (answer.status === 409 || answer.status === 404 || answer.status === 423) throw new Error(answer.status); // ask again how far it is
      if (!answer.ok) await refused(answer);
      offset = Number(answer.headers.get("Upload-Offset"));
      result = outcome(answer);
      progress();
      show(row, percent(offset / file.size), offset / file.size);
    }
    if (!result) throw new Error("not taken yet");
    return result;
  }

  // piece uses XMLHttpRequest, which tells how much of a request was sent.
  function piece(address, blob, offset, sent) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PATCH", address);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("Upload-Offset", String(offset));
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.upload.onprogress = (event) => sent(event.loaded);
      request.onload = () => resolve({ ok: request.status < 300, status: request.status, headers: { get: (name) => request.getResponseHeader(name) }, text: async () => request.responseText });
      request.onerror = request.onabort = request.ontimeout = () => reject(new Error("broken"));
      request.send(blob);
    });
  }

  function outcome(answer) {
    const id = answer.headers.get("Countersign-Upload");
    if (!id) return null;
    const same = answer.headers.get("Countersign-Same");
    return { id, same: same ? decodeURIComponent(same) : "", excluded: answer.headers.get("Countersign-Excluded") === "yes" };
  }

  async function refused(answer) {
    await signedOut(answer);
    if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
    let text = await answer.text();
    if (text.startsWith("ERR_UPLOAD_INTERRUPTED")) throw new Error("interrupted"); // by a request of our own that was thought lost
    try { text = JSON.parse(text).detail || text; } catch { /* it is a sentence */ }
    throw new Refused(text.trim() || "the service refused the file");
  }

  async function signedOut(answer) {
    if (answer.status === 401) throw new Refused("You were signed out. Sign in again and drop the file once more; it goes on where it stopped.");
  }
}

class Refused extends Error {}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function percent(share) {
  return `${Math.floor(share * 100)} %`;
}
