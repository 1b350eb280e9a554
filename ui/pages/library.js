// The library: the list, adding by button or by dropping, removing, a look at a document.
const chosen = new Set(); // paths that are ticked
let home = null; // the page's element
let bounds = null; // what an upload may hold
let suffixes = [];
let asked = []; // the documents that questions are asked of; none: all
let chain = Promise.resolve(); // one change after another
let coming = Promise.resolve(); // the page has its element and its list, or the trouble that there was; one coming after another
let listing = 0;
const bit = (name) => home.querySelector(`[data-part="${name}"]`);

async function come(container) {
  try {
    if (!home) {
      const first = await call("library.show");
      home = make("div", { class: "leaf" });
      fill(home, first.html);
      bounds = first.limits;
      suffixes = first.suffixes;
      home.classList.toggle("readonly", !first.changes);
      container.replaceChildren(home);
      listen();
    }
    const path = shownAt.searchParams.get("look");
    if (path) { await look(path); return; }
    if (home.classList.contains("looking")) opens("look", leave);
    await list();
  } catch (error) {
    container.replaceChildren(asTrouble(error).element());
    home = null;
  }
}

page("library", { show: (container) => { coming = coming.then(() => come(container)); }, hide: () => { closed("look"); address({ look: null }); } });

// ---- the list

async function list(start = 0) {
  const words = bit("library-words")?.value || "";
  const order = bit("library-order")?.value || "name";
  const mine = start ? listing : ++listing;
  const found = await call("library.list", { words, order, start });
  if (mine !== listing) return; // a later one is on its way, or has come already
  if (start) {
    bit("library-rows").insertAdjacentHTML("beforeend", found.html);
    home.querySelector('[data-act="library-more"]').replaceWith(...fragment(found.more));
  } else {
    fill(bit("library-list"), found.html);
  }
  home.classList.toggle("nothing-yet", !found.total);
  showTools(found.total);
  tick();
}

function fragment(html) {
  const frame = make("div");
  fill(frame, html);
  return [...frame.childNodes];
}

// The bar above the list: what is looked for, and what may be done with the chosen.
function showTools(total) {
  let tools = home.querySelector(".list-tools");
  if (!tools) {
    const words = make("input", { type: "search", "data-part": "library-words", placeholder: "Find a document", "aria-label": "Find a document" });
    const order = make("select", { "data-part": "library-order", "aria-label": "Order of the documents" });
    for (const name of ["name", "size", "date", "state"]) order.append(make("option", { value: name, text: `by ${name}` }));
    tools = make("div", { class: "list-tools" }, make("div", { class: "row" }, words, order), make("div", { class: "picked", "data-part": "library-picked" }));
    let later = 0;
    words.addEventListener("input", () => { clearTimeout(later); later = setTimeout(() => safely(list()), 150); });
    order.addEventListener("change", () => safely(list()));
    bit("library-list").before(tools);
  }
  tools.hidden = !total;
}

function tick() {
  const boxes = [...home.querySelectorAll("tbody input[data-path]")];
  for (const box of boxes) box.checked = chosen.has(box.dataset.path);
  const all = bit("library-all");
  if (all) {
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  }
  const bar = bit("library-picked");
  if (!bar) return;
  bar.replaceChildren();
  if (chosen.size) {
    bar.append(
      make("span", { class: "detail", text: `${chosen.size} chosen` }),
      make("button", { type: "button", class: "button main", "data-act": "library-ask", text: "Ask only these" }),
      make("button", { type: "button", class: "button change", "data-act": "library-remove", text: "Remove" }),
      make("button", { type: "button", class: "quiet", text: "Choose none", click: () => { chosen.clear(); tick(); } }));
  } else if (asked.length) {
    bar.append(
      make("span", { class: "detail", text: `Questions go to ${asked.length === 1 ? "one document" : `${asked.length} documents`} only` }),
      make("button", { type: "button", class: "quiet", text: "Ask all", click: () => { scope([]); tick(); } }));
  }
}

on("scope", (paths) => { asked = paths || []; if (home) tick(); });

const safely = (promise) => promise.catch((error) => bit("library-work").replaceChildren(asTrouble(error).element()));

acts["library-more"] = (button) => safely(list(Number(button.dataset.from)));

acts["library-ask"] = (button) => {
  scope(button.dataset.path ? [button.dataset.path] : [...chosen]);
  chosen.clear();
  tick();
  go("chat");
  question.focus();
};

// ---- a look at a document

async function look(path, start = 1) {
  const html = await call("library.look", { path, start });
  address({ look: path });
  home.querySelector(".looked")?.remove();
  const view = make("div", { class: "looked" });
  fill(view, html);
  home.append(view);
  home.classList.add("looking");
  opens("look", leave);
  view.querySelector(".jump")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = Number.parseInt(view.querySelector("#gl-passage").value.replace(/\D/g, ""), 10);
    if (number) safely(turnTo(number));
  });
  home.parentElement.scrollTop = 0;
  view.querySelector("h2").tabIndex = -1;
  view.querySelector("h2").focus({ preventScroll: true });
}

async function turnTo(start, jumped = true) {
  const text = bit("library-text");
  fill(text, await call("library.step", { path: text.dataset.path, start }));
  const first = text.querySelector(`#gl-passage-${start}`) || text.querySelector(".block");
  if (!first) return;
  first.scrollIntoView({ block: "start" });
  first.focus({ preventScroll: true });
  if (jumped) note(`Passage ${start}`);
}

acts["library-look"] = (button) => safely(look(button.dataset.path));
acts["library-step"] = (button) => safely(turnTo(Number(button.dataset.from), false));
async function leave() {
  closed("look");
  const path = bit("library-text").dataset.path;
  address({ look: null });
  home.querySelector(".looked").remove();
  home.classList.remove("looking");
  await safely(list());
  home.querySelector(`.link[data-path="${CSS.escape(path)}"]`)?.focus();
}

acts["library-back"] = leave;

// ---- what is going on: a row for each file, and how far the indexing is

class Work {
  constructor(title) {
    this.rows = new Map();
    this.controller = new AbortController();
    this.head = make("h3", { text: title });
    this.stop = make("button", { type: "button", class: "button", text: "Stop", click: () => this.controller.abort() });
    this.list = make("ul", { class: "files" });
    this.bar = make("progress", { max: 1, "aria-label": "Indexing", hidden: true });
    this.words = make("p", { class: "detail" });
    this.box = make("section", { class: "work" }, make("div", { class: "bar" }, this.head, this.stop), this.bar, this.words, this.list);
    bit("library-work").replaceChildren(this.box);
  }

  file(name) {
    const bar = make("progress", { max: 1, value: 0, "aria-label": `Sending ${name}` });
    const state = make("span", { class: "detail", text: "waiting" });
    const row = make("li", {}, make("bdi", { class: "file", text: name }), state, bar);
    this.list.append(row);
    this.rows.set(name, { row, bar, state });
  }

  tell(name, words, done = null, kind = "") {
    const found = this.rows.get(name);
    if (!found) return;
    found.state.textContent = words;
    if (done !== null) found.bar.value = done;
    if (kind) found.row.className = kind;
  }

  progress({ path, done, total, left }) {
    this.bar.hidden = false;
    if (total) this.bar.value = done / total; else this.bar.removeAttribute("value");
    const time = left === null || left < 2 ? "" : `, about ${Math.ceil(left)} s left`;
    this.words.textContent = total ? `Indexing: ${Math.floor((100 * done) / total)} %${time}` : `Reading ${path}`;
  }

  // Shows what came of it in place of the bars.
  end(html) {
    this.box.remove();
    const shown = make("section", { class: "work done" });
    fill(shown, html);
    const away = make("button", { type: "button", class: "quiet icon", "aria-label": "Close this", text: "✕", click: () => shown.remove() });
    shown.append(away);
    bit("library-work").replaceChildren(shown);
    note(shown.querySelector(".outcome").textContent);
  }
}

// Runs a stream that indexes; what it came to is shown, and told to the whole window.
async function index(work, name, data) {
  let result = null;
  await stream(name, data, (item) => { if (item.outcome) result = item; else work.progress(item); });
  if (!result) throw new Trouble(...LOST);
  work.end(result.outcome);
  tellAll("corpus");
  return result;
}

// One change after another; its error is shown where its progress was.
function change(run) {
  chain = chain.then(run).catch((error) => bit("library-work").replaceChildren(asTrouble(error).element())).then(() => safely(list()));
  return chain;
}

acts["library-index"] = () => change(async () => {
  const work = new Work("Reading the folder");
  work.stop.remove();
  await index(work, "library.index", {});
});

// ---- adding

const MOST_NAMED = 500; // files left out that the outcome names; those beyond are counted
const UNREADABLE = "the browser cannot read it: it was moved, changed or locked";
const readable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);
const megabytes = (bytes) => `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;

// Why a file is not even sent, or nothing.
function refused(name, size, number) {
  const suffix = (name.match(/\.[^./]*$/) || [""])[0].toLowerCase();
  if (name.split("/").some((piece) => piece.startsWith("."))) return "a hidden file";
  if (!suffixes.includes(suffix)) return "not a kind of file that is read here";
  const most = suffix === ".zip" ? bounds.total_bytes : Math.max(bounds.file_bytes, bounds.packed_bytes);
  if (size > most) return `larger than ${megabytes(most)}`;
  if (number >= bounds.files) return `more than ${bounds.files} files at once`;
  return "";
}

function send(file, name, replace, work) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name, replace: replace ? "1" : "0" });
    request.open("POST", `window/library/file?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => work.tell(name, "sending", event.loaded / (event.total || 1));
    request.onload = () => {
      const { error } = request.response || { error: {} };
      if (error) reject(new Trouble(error.message || `Groundline refused this (${request.status}).`, error.hint)); else resolve(request.response);
    };
    request.onerror = async () => reject((await readable(file)) ? new Trouble(...LOST) : new Trouble(UNREADABLE));
    request.onabort = () => resolve(null);
    work.controller.signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

// Sends files, given as [name, File], then indexes them; `skipped` is what was left out before.
async function add(files, skipped = []) {
  const replace = bit("library-replace").checked;
  const work = new Work(`Adding ${files.length === 1 ? "one file" : `${files.length} files`}`);
  const fit = [];
  for (const [name, file] of files) {
    const reason = refused(name, file.size, fit.length);
    if (reason) skipped.push({ path: name, reason });
    else { fit.push([name, file]); work.file(name); }
  }
  for (const [name, file] of fit) {
    if (work.controller.signal.aborted) { skipped.push({ path: name, reason: "stopped before it was sent" }); continue; }
    const report = await send(file, name, replace, work).catch((error) => ({ skipped: [{ path: name, reason: error.message }] }));
    if (!report) { skipped.push({ path: name, reason: "stopped while it was sent" }); continue; }
    skipped.push(...report.skipped);
    const taken = (report.added || []).length + (report.replaced || []).length;
    work.tell(name, taken ? "sent" : "left out", 1, taken ? "sent" : "left");
  }
  work.stop.remove();
  await index(work, "library.index", { skipped: skipped.slice(0, MOST_NAMED) });
  const unnamed = skipped.length - MOST_NAMED;
  if (unnamed > 0) home.querySelector(".outcome").append(make("p", { class: "detail", text: `${unnamed.toLocaleString()} more files were left out.` }));
}

function listen() {
  const pick = (input) => {
    const files = [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);
    input.value = "";
    if (files.length) change(() => add(files));
  };
  for (const name of ["library-files", "library-folder"]) bit(name).addEventListener("change", (event) => pick(event.target));
  home.addEventListener("change", (event) => {
    const box = event.target;
    if (box.dataset.path) { if (box.checked) chosen.add(box.dataset.path); else chosen.delete(box.dataset.path); }
    else if (box === bit("library-all")) {
      for (const one of home.querySelectorAll("tbody input[data-path]")) if (box.checked) chosen.add(one.dataset.path); else chosen.delete(one.dataset.path);
    } else return;
    tick();
  });
}

// ---- dropping, anywhere in the window

async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return all;
    all.push(...some);
  }
}

// Adds an entry's files to `files`, and to `skipped` what of it the browser does not give.
async function gather(entry, files, skipped) {
  const name = entry.fullPath.replace(/^\//, "");
  try {
    if (!entry.isDirectory) files.push([name, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]);
    else for (const inner of await entriesOf(entry)) await gather(inner, files, skipped);
  } catch {
    skipped.push({ path: name, reason: UNREADABLE });
  }
}

const carriesFiles = (event) => Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");

for (const kind of ["dragenter", "dragover"])
  desk.addEventListener(kind, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    desk.classList.add("dragging");
  });
desk.addEventListener("dragleave", (event) => { if (!desk.contains(event.relatedTarget)) desk.classList.remove("dragging"); });
desk.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  desk.classList.remove("dragging");
  // All of them at once: what was dropped may be looked at while the event lasts only.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  const files = entries.length ? [] : [...event.dataTransfer.files].map((file) => [file.name, file]);
  const skipped = [];
  for (const entry of entries) await gather(entry, files, skipped);
  if (!files.length && !skipped.length) skipped.push(...entries.map(({ name }) => ({ path: name, reason: "an empty folder" })));
  if (current !== "library") go("library");
  await coming;
  if (home && (files.length || skipped.length)) change(() => add(files, skipped));
});

// ---- removing, after a question

acts["library-remove"] = (button) => {
  const paths = button.dataset.path ? [button.dataset.path] : [...chosen];
  const names = make("ul", { class: "names" }, ...paths.slice(0, 8).map((path) => make("li", {}, make("bdi", { class: "file", text: path }))));
  if (paths.length > 8) names.append(make("li", { class: "detail", text: `and ${paths.length - 8} more` }));
  const does = () => {
    shut();
    for (const path of paths) chosen.delete(path);
    const left = asked.filter((path) => !paths.includes(path));
    if (left.length !== asked.length) scope(left);
    change(async () => {
      const work = new Work("Removing");
      work.stop.remove();
      await index(work, "library.remove", { paths });
    });
  };
  dialog(
    paths.length === 1 ? "Delete this file?" : `Delete ${paths.length} files?`, names,
    make("p", { class: "detail", text: paths.length === 1
      ? "The file is deleted from your folder, and no answer will draw on it any more. This cannot be undone."
      : "The files are deleted from your folder, and no answer will draw on them any more. This cannot be undone." }),
    make("div", { class: "row" },
      make("button", { type: "button", class: "button danger", "data-part": "library-sure", text: paths.length === 1 ? "Delete file" : `Delete ${paths.length} files`, click: does }),
      make("button", { type: "button", class: "button", "data-act": "dialog-close", text: "Cancel" })));
};
