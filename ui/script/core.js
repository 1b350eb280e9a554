// Runs once when the shell stands in the page: `element` is its root. All files of this folder share one scope.
// Only HTML from the server (escaped in ui/markup.py) is put in as HTML; whatever is typed here goes in as text.
const desk = element.querySelector("#groundline");
const part = (name) => desk.querySelector(`[data-part="${name}"]`);
const question = desk.querySelector("#gl-question");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 900px)");
const wide = matchMedia("(min-width: 1100px)");

function fill(target, html) {
  target.innerHTML = html;
}

// Text as nodes, with what reorders or hides text isolated and labelled, as ui/markup.py does on the server.
const CONTROL = /([\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069])/;

function worded(words) {
  return words.split(CONTROL).filter(Boolean).map((piece) => {
    if (!CONTROL.test(piece)) return document.createTextNode(piece);
    const code = `U+${piece.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    return make("bdi", { class: "control", "data-code": code, text: piece });
  });
}

// An element with attributes (`text` is its text, `words` that of somebody else, functions are listeners) and children.
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name === "words") made.append(...worded(value));
    else if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A drawing of one path in 24 by 24, for a button.
function drawing(path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  made.appendChild(document.createElementNS(made.namespaceURI, "path")).setAttribute("d", path);
  return made;
}

// Hands a text to the reader as a file.
function save(words, name, kind) {
  const at = URL.createObjectURL(new Blob([words], { type: kind }));
  const link = make("a", { href: at, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(at), 10_000);
}

// Says something to a screen reader.
function note(message) {
  part("status").textContent = "";
  requestAnimationFrame(() => part("status").replaceChildren(...worded(message)));
}

// ---- the server: an error becomes a Trouble, which can be shown as an element

class Trouble extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint || "";
  }

  element() {
    const words = make("div", {}, make("p", { text: this.message }));
    if (this.hint) words.append(make("p", { class: "hint", text: this.hint }));
    return make("div", { class: "problem", role: "alert" }, words);
  }
}

const LOST = ["The window has lost Groundline.", "It may have been stopped: look at the terminal it runs in, start it again, then reload this page."];
const asTrouble = (error) => (error instanceof Trouble ? error : new Trouble(...LOST));

async function post(path, data, signal) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data), signal };
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    console.error(error);
    throw new Trouble(...LOST);
  }
}

async function refusal(response) {
  const reply = await response.json().catch(() => ({}));
  const { message, hint } = reply.error || {};
  return new Trouble(message || `Groundline refused this (${response.status}).`, hint || "Reload this page.");
}

// Calls a Python function of ui/desk.py ("chat.…") or of a page ("name.…") and gives what it returned.
async function call(name, data = {}, signal = undefined) {
  const response = await post(`window/call/${name}`, data, signal);
  if (!response.ok) throw await refusal(response);
  return (await response.json()).value;
}

// Runs a stream of a page: `each` gets every value as it comes. Aborting the signal stops it on the server too.
async function stream(name, data, each, signal = undefined) {
  const response = await post(`window/stream/${name}`, data, signal);
  if (!response.ok) throw await refusal(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch((error) => { throw error.name === "AbortError" ? error : new Trouble(...LOST); });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const item = JSON.parse(line);
      if (item && item.error) throw new Trouble(item.error.message, item.error.hint);
      each(item);
    }
  }
}

// ---- a small bus, so that a page need not know who listens: "corpus" says that the documents have changed

const bus = new EventTarget();
const on = (name, listener) => bus.addEventListener(name, (event) => listener(event.detail));
const tellAll = (name, detail = null) => bus.dispatchEvent(new CustomEvent(name, { detail }));

// ---- what buttons do: <button data-act="name"> runs acts.name(button)

const acts = {};

// ---- tooltips: one element, placed inside the window

const tip = part("tip");
let telling = 0;

function hover(target) {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const at = target.getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - box.width / 2), innerWidth - box.width - 8);
  const above = at.top - box.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

// Says something beside the focused button for a moment.
function tell(words) {
  const button = document.activeElement;
  if (!button || !desk.contains(button)) return;
  hover({ dataset: { tip: words }, getBoundingClientRect: () => button.getBoundingClientRect() });
  clearTimeout(telling);
  telling = setTimeout(() => { tip.hidden = true; }, 1600);
}

for (const kind of ["mouseover", "focusin"])
  desk.addEventListener(kind, (event) => {
    const target = event.target.closest("[data-tip]");
    if (target) hover(target);
  });
for (const kind of ["mouseout", "focusout"])
  desk.addEventListener(kind, (event) => { if (event.target.closest("[data-tip]")) tip.hidden = true; });
part("turns").addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

async function copy(words, said) {
  try {
    await navigator.clipboard.writeText(words);
    note(said);
    tell(said);
  } catch (error) {
    console.error(error);
    tell("The browser does not allow copying");
  }
}

// ---- light and dark

acts.theme = () => {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("groundline-theme", dark ? "dark" : "light");
};

const wanted = localStorage.getItem("groundline-theme");
if (wanted) document.body.classList.toggle("dark", wanted === "dark");
