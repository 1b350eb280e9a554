// The source panel: a document at a quote.
let shown = null; // what it shows: the view, the button that opened it, and whether it came by itself
let request = 0;
let wished = 0; // the request of the reader's that is under way

// A link's place is told by the page's address only for as long as it is what is shown.
const unlink = () => address({ doc: null, start: null, end: null });

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

// With `itself` nobody asked for it: the focus stays, nothing is said, and Back does not close it.
async function open(view, button, itself = false) {
  const mine = ++request;
  wished = itself ? 0 : mine;
  const panel = part("source");
  let html;
  try {
    html = await call("chat.locate", view);
  } catch (error) {
    html = asTrouble(error).element();
  }
  if (mine !== request) return;
  wished = 0;
  const anew = !shown;
  if (button) unlink();
  shown = { view, button, itself };
  if (typeof html !== "string") part("sheet").replaceChildren(html);
  else fill(part("sheet"), html);
  desk.classList.add("reading");
  if (!itself) opens("source", close);
  mark(button);
  const cites = citesOf(button);
  const at = cites.findIndex((cite) => button && cite.dataset.cite === button.dataset.cite);
  part("walk").hidden = cites.length < 2;
  part("place").textContent = `${at + 1} of ${cites.length}`;
  part("copies").hidden = !part("sheet").querySelector(".quote");
  scrollToQuote();
  for (const button of part("sheet").querySelectorAll(".more")) nearing.observe(button);
  if (itself) return;
  note(`Source: ${view.path}`);
  if (narrow.matches && anew) panel.focus({ preventScroll: true });
}

function close() {
  if (!desk.classList.contains("reading")) return;
  request += 1;
  wished = 0;
  desk.classList.remove("reading");
  closed("source");
  unlink();
  mark(null);
  const back = shown && shown.button;
  const reading = !shown || !shown.itself || part("source").contains(document.activeElement);
  shown = null;
  part("walk").hidden = true;
  part("copies").hidden = true;
  rest();
  if (back && back.isConnected && reading) back.focus();
}

// What the reader closed does not open by itself again, as long as the window is open.
function dismiss() {
  if (desk.classList.contains("reading")) sessionStorage.setItem("groundline-source", "closed");
  close();
}

// Beside an answer that has just been given its first source opens by itself, where there is room and nothing else is read.
function proof(turn) {
  const cite = turn.querySelector(".answer [data-cite]");
  const taken = wished || (desk.classList.contains("reading") && !(shown && shown.itself));
  if (!cite || !turn.isConnected || taken || !documents || current !== "chat" || !wide.matches || sessionStorage.getItem("groundline-source")) return;
  open(JSON.parse(cite.dataset.cite), cite, true);
}

let documents = "";

function rest() {
  fill(part("sheet"), documents);
}

// Shows a page's own HTML, or an element, in the panel.
function sheet(title, content) {
  request += 1;
  wished = 0;
  shown = null;
  mark(null);
  go("chat");
  const head = make("header", { class: "where" }, make("h2", { text: title }));
  const body = typeof content === "string" ? make("div") : content;
  if (typeof content === "string") fill(body, content);
  body.classList.add("page");
  part("sheet").replaceChildren(head, body);
  part("walk").hidden = true;
  part("copies").hidden = true;
  desk.classList.add("reading");
  opens("source", close);
  part("source").focus({ preventScroll: true });
}

function walk(step) {
  const cites = shown ? citesOf(shown.button) : [];
  if (cites.length < 2) return;
  const at = cites.findIndex((cite) => cite.dataset.cite === shown.button.dataset.cite);
  const next = cites[(at + step + cites.length) % cites.length];
  open(JSON.parse(next.dataset.cite), next);
}

// Loads the text beyond one end of what is shown, without moving what is read.
async function more(button) {
  if (button.disabled) return;
  button.disabled = true;
  const page = button.closest(".page");
  const side = button.dataset.more;
  const wanted = { ...JSON.parse(page.dataset.of), at: Number(button.dataset.at), side };
  const html = await call("chat.rest", wanted).catch(() => null);
  if (html === null) { button.disabled = false; return; }
  const frame = make("div");
  fill(frame, html);
  const further = frame.querySelector(":scope > .more");
  const height = page.scrollHeight;
  page.querySelector(".text")[side === "before" ? "prepend" : "append"](...frame.querySelectorAll(":scope > div"));
  if (further) { button.replaceWith(further); nearing.observe(further); }
  else button.remove();
  if (side === "before") page.scrollTop += page.scrollHeight - height;
}

const nearing = new IntersectionObserver(
  (entries) => { for (const entry of entries) if (entry.isIntersecting) more(entry.target); },
  { root: part("sheet"), scrollMargin: "600px 0px" },
);

function link(view) {
  const to = new URL(location.pathname, location.href);
  to.searchParams.set("doc", view.path);
  to.searchParams.set("start", view.start);
  to.searchParams.set("end", view.end);
  return to.href;
}

Object.assign(acts, {
  previous: () => walk(-1),
  next: () => walk(1),
  close: dismiss,
  "copy-quote": () => copy(desk.querySelector("#gl-quote").textContent, "Quote copied"),
  "copy-link": () => copy(link(shown.view), "Link copied"),
});
