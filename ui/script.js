// Runs once when the shell stands in the page: `element` is its root, `server` calls the Python functions of ui/app.py.
// Only HTML from the server (escaped in ui/markup.py) is put in as HTML; whatever is typed here goes in as text.
const desk = element.querySelector("#groundline");
const part = (name) => desk.querySelector(`[data-part="${name}"]`);
const question = desk.querySelector("#gl-question");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 900px)");
const lost = { message: "The window has lost Groundline.", hint: "It may have been stopped: look at the terminal it runs in, start it again, then reload this page." };
let shown = null; // what the source panel shows: the view, the button that opened it
let asking = false;
let request = 0;

function fill(target, html) {
  target.innerHTML = html;
}

function note(message) {
  part("status").textContent = "";
  requestAnimationFrame(() => { part("status").textContent = message; });
}

function lostProblem() {
  const box = document.createElement("div");
  box.className = "problem";
  box.setAttribute("role", "alert");
  const words = box.appendChild(document.createElement("div"));
  words.appendChild(document.createElement("p")).textContent = lost.message;
  const hint = words.appendChild(document.createElement("p"));
  hint.className = "hint";
  hint.textContent = lost.hint;
  return box;
}

// ---- asking

function pending(words) {
  const turn = document.createElement("article");
  turn.className = "turn pending";
  const asked = turn.appendChild(document.createElement("h2"));
  asked.className = "asked";
  asked.dir = "auto";
  asked.textContent = words;
  const wait = turn.appendChild(document.createElement("p"));
  wait.className = "wait";
  wait.textContent = "Reading the documents";
  return turn;
}

function show(turn) {
  const log = part("turns");
  const top = turn.offsetTop - 20;
  log.scrollTo({ top, behavior: still.matches ? "auto" : "smooth" });
}

async function ask(words) {
  if (asking || !words.trim()) { question.focus(); return; }
  asking = true;
  desk.classList.add("asking");
  const turn = pending(words);
  part("log").append(turn);
  desk.classList.add("begun");
  question.value = "";
  grow();
  try {
    const frame = document.createElement("div");
    fill(frame, await server.ask({ question: words }));
    turn.replaceChildren(...frame.firstElementChild.childNodes);
    turn.className = frame.firstElementChild.className;
  } catch (error) {
    console.error(error);
    turn.className = "turn failed";
    turn.lastElementChild.replaceWith(lostProblem());
    question.value = words;
  } finally {
    asking = false;
    desk.classList.remove("asking");
    show(turn);
    if (!narrow.matches) question.focus({ preventScroll: true });
  }
}

function grow() {
  question.style.height = "auto";
  question.style.height = `${Math.min(question.scrollHeight, 180)}px`;
}

// ---- the source panel

function citesOf(button) {
  const turn = button && button.closest(".turn");
  if (!turn) return [];
  const seen = new Map();
  for (const cite of turn.querySelectorAll("[data-cite]")) if (!seen.has(cite.dataset.cite)) seen.set(cite.dataset.cite, cite);
  return [...seen.values()];
}

function mark(button) {
  for (const old of desk.querySelectorAll("[data-cite][aria-current]")) old.removeAttribute("aria-current");
  if (!button) return;
  for (const same of button.closest(".turn").querySelectorAll("[data-cite]"))
    if (same.dataset.cite === button.dataset.cite) same.setAttribute("aria-current", "true");
}

function scrollToQuote() {
  const page = desk.querySelector(".page");
  const quote = page && page.querySelector(".quote");
  if (!quote) return;
  const from = page.getBoundingClientRect();
  const at = quote.getBoundingClientRect();
  const room = Math.max(0, (from.height - at.height) / 3);
  page.scrollTop += at.top - from.top - room;
}

async function open(view, button) {
  const mine = ++request;
  const panel = part("source");
  let html;
  try {
    html = await server.locate(view);
  } catch (error) {
    console.error(error);
    html = null;
  }
  if (mine !== request) return;
  const anew = !shown;
  shown = { view, button };
  if (html === null) part("sheet").replaceChildren(lostProblem());
  else fill(part("sheet"), html);
  desk.classList.add("reading");
  mark(button);
  const cites = citesOf(button);
  const at = cites.findIndex((cite) => button && cite.dataset.cite === button.dataset.cite);
  part("walk").hidden = cites.length < 2;
  part("place").textContent = `${at + 1} of ${cites.length}`;
  part("copies").hidden = !part("sheet").querySelector(".quote");
  scrollToQuote();
  note(`Source: ${view.path}`);
  if (narrow.matches && anew) panel.focus({ preventScroll: true });
}

function close() {
  if (!desk.classList.contains("reading")) return;
  request += 1;
  desk.classList.remove("reading");
  mark(null);
  const back = shown && shown.button;
  shown = null;
  part("walk").hidden = true;
  part("copies").hidden = true;
  rest();
  if (back && back.isConnected) back.focus();
}

let documents = "";

function rest() {
  fill(part("sheet"), documents);
}

function walk(step) {
  const cites = shown ? citesOf(shown.button) : [];
  if (cites.length < 2) return;
  const at = cites.findIndex((cite) => cite.dataset.cite === shown.button.dataset.cite);
  const next = cites[(at + step + cites.length) % cites.length];
  open(JSON.parse(next.dataset.cite), next);
}

function more(side) {
  const view = { ...shown.view, [side]: 4 * (shown.view[side] || 20000) };
  open(view, shown.button);
}

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

function link(view) {
  const to = new URL(location.pathname, location.href);
  to.searchParams.set("doc", view.path);
  to.searchParams.set("start", view.start);
  to.searchParams.set("end", view.end);
  return to.href;
}

// ---- tooltips: one element, placed inside the window

const tip = part("tip");
let told = 0;

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

function tell(words) {
  const button = document.activeElement;
  if (!button || !desk.contains(button)) return;
  hover({ dataset: { tip: words }, getBoundingClientRect: () => button.getBoundingClientRect() });
  clearTimeout(told);
  told = setTimeout(() => { tip.hidden = true; }, 1600);
}

// ---- light and dark

function theme() {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("groundline-theme", dark ? "dark" : "light");
}

const wanted = localStorage.getItem("groundline-theme");
if (wanted) document.body.classList.toggle("dark", wanted === "dark");

// ---- events

const acts = {
  previous: () => walk(-1),
  next: () => walk(1),
  close,
  theme,
  documents: () => {
    close();
    desk.classList.add("reading");
    part("source").focus({ preventScroll: true });
  },
  "copy-quote": () => copy(desk.querySelector("#gl-quote").textContent, "Quote copied"),
  "copy-link": () => copy(link(shown.view), "Link copied"),
};

desk.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (!button.classList.contains("verdict")) tip.hidden = true;
  if (button.dataset.cite) open(JSON.parse(button.dataset.cite), button);
  else if (button.dataset.open) open(JSON.parse(button.dataset.open), null);
  else if (button.dataset.more) more(button.dataset.more);
  else if (button.dataset.act === "example") ask(button.textContent);
  else if (acts[button.dataset.act]) acts[button.dataset.act]();
});

for (const kind of ["mouseover", "focusin"])
  desk.addEventListener(kind, (event) => {
    const target = event.target.closest("[data-tip]");
    if (target) hover(target);
  });
for (const kind of ["mouseout", "focusout"])
  desk.addEventListener(kind, (event) => { if (event.target.closest("[data-tip]")) tip.hidden = true; });
part("turns").addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(question.value);
});
question.addEventListener("input", grow);
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask(question.value);
});
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    question.focus();
  } else if (event.key === "Escape") {
    if (!tip.hidden) tip.hidden = true;
    else close();
  } else if (shown && !writing && (event.key === "ArrowLeft" || event.key === "ArrowRight") && !event.altKey && !event.ctrlKey && !event.metaKey) {
    walk(event.key === "ArrowRight" ? 1 : -1);
  }
});

// ---- the first page

function linked() {
  const wish = new URLSearchParams(location.search);
  if (!wish.has("doc")) return;
  const number = (name) => Math.max(0, Number.parseInt(wish.get(name) || "0", 10) || 0);
  open({ path: wish.get("doc"), start: number("start"), end: number("end") }, null);
}

server
  .welcome({})
  .then((first) => {
    fill(part("corpus"), first.corpus);
    fill(part("welcome"), first.welcome);
    documents = first.documents;
    if (!shown) rest();
    desk.classList.toggle("shut", !first.ready);
    question.disabled = !first.ready;
    desk.dataset.ready = "true";
    if (first.ready && !narrow.matches) question.focus();
    linked();
  })
  .catch((error) => {
    console.error(error);
    part("welcome").replaceChildren(lostProblem());
  });
