// Asking: the composer, and the turn that is being answered.
let running = null; // what stops the answer that is being given
let conversation = ""; // the id of the conversation that is shown, once something of it is kept
let paths = []; // the documents that are asked; none: all

const log = part("log");
const lastTurn = () => log.lastElementChild;

// What is longer is shown by its beginning; ui/render/turns.py has the same two.
const isLong = (words) => words.length > 400 || words.split("\n").length > 6;

acts.whole = (button) => {
  const cut = button.previousElementSibling.classList.toggle("long");
  button.textContent = cut ? "Show all" : "Show less";
  button.setAttribute("aria-expanded", String(!cut));
};

function pending(words) {
  const asked = make("h2", { class: isLong(words) ? "asked long" : "asked", dir: "auto", words });
  const answer = make("div", { class: "answer", dir: "auto" }, make("span", { class: "judged" }), make("span", { class: "raw" }));
  return make("article", { class: "turn pending", "aria-busy": "true" }, asked, make("p", { class: "wait", text: "Reading the documents" }), answer);
}

// Puts the turn's question at the top of what is seen.
function show(turn, smoothly = true) {
  const frame = part("turns");
  const top = frame.scrollTop + turn.querySelector(".asked, .problem").getBoundingClientRect().top - frame.getBoundingClientRect().top - 28;
  frame.scrollTo({ top, behavior: still.matches || !smoothly ? "auto" : "smooth" });
}

function busy(controller) {
  running = controller;
  desk.classList.toggle("asking", Boolean(controller));
  desk.querySelector(".send").hidden = Boolean(controller);
  desk.querySelector(".stop").hidden = !controller;
}

// Replaces a turn's content by one from the server, which keeps its place in the page.
function become(turn, html) {
  const frame = make("div");
  fill(frame, html);
  const made = frame.firstElementChild;
  turn.replaceChildren(...made.childNodes);
  turn.className = made.className;
  turn.removeAttribute("aria-busy");
}

// Asks, in place of the turn `old` and all that follow it, if one is given.
async function ask(words, old = null) {
  if (running || !words.trim() || question.disabled) { question.focus(); return; }
  go("chat");
  const replaced = takeOut(old);
  const turn = pending(words);
  log.append(turn);
  desk.classList.add("begun");
  desk.querySelector(".next")?.remove();
  if (!old) { question.value = ""; grow(); }
  if (narrow.matches) question.blur();
  const controller = new AbortController();
  busy(controller);
  show(turn, false);
  const instead = old ? Number(old.dataset.turn || 0) : 0;
  const run = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("");
  let finished = false;
  const each = (item) => { finished = told(turn, item) || finished; };
  try {
    await stream("chat.ask", { question: words, conversation, instead, paths, run }, each, controller.signal);
    if (!finished) throw new Trouble(...LOST);
  } catch (error) {
    if (error.name === "AbortError") finished = (await ended(run, turn)) || finished;
    if (error.name === "AbortError" && !finished) stopped(turn);
    else if (!finished) {
      turn.className = "turn failed";
      turn.removeAttribute("aria-busy");
      turn.replaceChildren(turn.firstElementChild, asTrouble(error).element());
      if (!old) question.value = words;
    }
    if (!finished) restore(replaced, turn);
  } finally {
    busy(null);
    if (!narrow.matches) question.focus({ preventScroll: true });
  }
}

// What came of an answer; whether the turn is complete.
function told(turn, item) {
  const raw = turn.querySelector(".raw");
  if (item.step) turn.querySelector(".wait").textContent = item.step;
  if (item.token) { turn.querySelector(".wait").hidden = true; raw.append(...worded(item.token)); }
  if (item.sentence) {
    turn.querySelector(".judged").insertAdjacentHTML("beforeend", item.sentence);
    raw.replaceChildren(...worded(item.rest));
  }
  if (item.done || item.failed) become(turn, item.done || item.failed);
  if (item.done) requestAnimationFrame(() => setTimeout(() => { lookBehind(turn); proof(turn); })); // once the answer is seen
  if (item.stored) stored(turn, item.stored);
  if (item.unstored) turn.insertAdjacentHTML("beforeend", item.unstored);
  return Boolean(item.done || item.failed);
}

function stored(turn, where) {
  turn.dataset.conversation = where.conversation;
  turn.dataset.turn = where.turn;
  conversation = where.conversation;
  address({ chat: conversation });
  tellAll("conversations");
  suggest(turn, where);
}

// Groundline looks for suggestions for one visitor at a time; it is asked again, less and less often, for as long as they are of use.
async function suggest(turn, where, wait = 1500) {
  const html = await call("chat.suggest", where).catch(() => "");
  if (turn !== lastTurn() || running) return;
  if (html === null) setTimeout(() => suggest(turn, where, Math.min(2 * wait, 15_000)), wait);
  if (!html) return;
  const next = make("div", { class: "next" });
  fill(next, html);
  turn.append(next);
}

// Makes sure that a stopped answer is not kept; one that was kept in the same moment is shown, and true is returned.
async function ended(run, turn) {
  const where = await call("chat.stop", { run }).catch(() => null);
  if (where && turn.isConnected) await openConversation(where.conversation);
  return Boolean(where);
}

function stopped(turn) {
  turn.className = "turn stopped";
  turn.removeAttribute("aria-busy");
  turn.querySelector(".wait")?.remove();
  if (!turn.querySelector(".answer")?.textContent) turn.querySelector(".answer")?.remove();
  const again = make("button", { type: "button", class: "button", "data-act": "again", text: "Ask again" });
  turn.append(make("div", { class: "ending" }, make("p", { text: "Stopped. This answer is not kept." }), again));
  note("Stopped");
}

acts.stop = () => { if (running) running.abort(); };

// ---- asking again, in the same words or in others

// Takes a turn that is kept, and those after it, out of the page; a turn that was never kept goes alone.
function takeOut(old) {
  if (!old) return [];
  const all = [...log.children];
  const gone = old.dataset.turn ? all.slice(all.indexOf(old)) : [old];
  for (const turn of gone) turn.remove();
  return gone;
}

function restore(gone, turn) {
  const kept = gone.filter((old) => old.dataset.turn);
  if (kept.length) turn.before(...kept);
}

const turnOf = (button) => button.closest(".turn");
const askedIn = (turn) => turn.querySelector(".asked").textContent;

acts.again = (button) => ask(askedIn(turnOf(button)), turnOf(button));

acts.edit = (button) => {
  const turn = turnOf(button);
  const head = turn.querySelector(".asked");
  if (head.hidden || running) return;
  const field = make("textarea", { "aria-label": "Your question, to be asked in other words", rows: "2", dir: "auto" });
  field.value = head.textContent;
  const end = () => { form.remove(); head.hidden = false; button.focus(); };
  const later = turn.dataset.turn && turn.nextElementSibling;
  const form = make("form", { class: "editing" }, field,
    make("div", { class: "row" },
      make("button", { type: "submit", class: "button main", text: "Ask" }),
      make("button", { type: "button", class: "button", text: "Cancel", click: end }),
      make("p", { class: "detail", text: later ? "Replaces this answer and the turns after it." : "Replaces this answer." })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    head.hidden = false;
    form.remove();
    ask(field.value, turn);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); end(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  head.hidden = true;
  head.after(form);
  field.focus();
};

// ---- what a reader thinks of an answer

acts.rate = async (button) => {
  const turn = turnOf(button);
  const was = turn.querySelector("[data-thumb][aria-pressed=true]")?.dataset.thumb || "";
  const thumb = was === button.dataset.thumb ? "" : button.dataset.thumb;
  const shown = turn.querySelector(".comment");
  const words = thumb ? shown.textContent : "";
  turn.querySelector(".commenting")?.remove();
  press(turn, thumb);
  if (thumb) comment(turn, thumb, shown);
  try {
    await rate(turn, thumb, words);
  } catch (error) {
    press(turn, was);
    turn.querySelector(".commenting")?.remove();
    button.focus();
    tell(error.message);
    return;
  }
  if (!thumb) { shown.textContent = ""; shown.hidden = true; }
  note(thumb ? "Kept" : "Taken back");
};

function press(turn, thumb) {
  for (const one of turn.querySelectorAll("[data-thumb]")) one.setAttribute("aria-pressed", String(one.dataset.thumb === thumb));
}

let rated = Promise.resolve(); // one after another, so that a comment is not overtaken by its thumb

function rate(turn, thumb, comment) {
  const what = { conversation: turn.dataset.conversation, turn: Number(turn.dataset.turn), thumb, comment };
  rated = rated.catch(() => {}).then(() => call("history.rate", what));
  return rated;
}

function comment(turn, thumb, shown) {
  const field = make("input", { type: "text", maxlength: "4000", dir: "auto", "aria-label": "What was right or wrong (optional)" });
  field.placeholder = thumb === "up" ? "What was good? (optional)" : "What was wrong? (optional)";
  field.value = shown.textContent;
  const form = make("form", { class: "commenting" }, field, make("button", { type: "submit", class: "button", text: "Keep" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await rate(turn, thumb, field.value.trim());
    } catch (error) {
      tell(error.message);
      return;
    }
    shown.replaceChildren(...worded(field.value.trim()));
    shown.hidden = !shown.textContent;
    form.remove();
    note("Comment kept");
    turn.querySelector(`[data-thumb="${thumb}"]`).focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    form.remove();
    turn.querySelector(`[data-thumb="${thumb}"]`).focus();
  });
  shown.hidden = true;
  shown.after(form);
  field.focus();
}

// ---- an answer as text, with all that must not be parted from it

// What stands in an element, its blocks as paragraphs; buttons count for their markers only.
function wordsOf(element) {
  const blocks = [""];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) blocks[blocks.length - 1] += node.data;
    else if (node.matches("p, h3, li")) { blocks.push(""); node.childNodes.forEach(walk); blocks.push(""); }
    else if (node.matches(".break")) blocks.push("");
    else node.childNodes.forEach(walk);
  };
  walk(element);
  return blocks.map((block) => block.trim()).filter(Boolean).join("\n\n");
}

acts["copy-answer"] = (button) => {
  const turn = turnOf(button);
  const all = (parts) => [...turn.querySelectorAll(parts)].map(wordsOf);
  const said = all(".correction, .answer, .none, .reasons");
  const sources = [...turn.querySelectorAll(".sources [data-cite]")].map((cite) => JSON.parse(cite.dataset.cite)).map((one) => {
    const where = [one.path, one.place, `characters ${one.start} to ${one.end}`].filter(Boolean).join(", ");
    return said.some((words) => words.includes(one.quote)) ? `[${one.n}] ${where}` : `[${one.n}] ${where}: ${one.quote}`;
  });
  copy([...said, ...sources, ...all(".notice, .uncovered")].join("\n\n"), "Answer copied");
};

// ---- which documents are asked

function scope(chosen) {
  paths = [...chosen];
  const label = make("span", {}, "Asking ", make("bdi", { class: "file", words: paths.length === 1 ? paths[0] : `${paths.length} documents` }), " only");
  const all = make("button", { type: "button", class: "quiet", "data-act": "ask-all", text: "Ask all" });
  part("scope").replaceChildren(label, all);
  part("scope").hidden = !paths.length;
  tellAll("scope", paths);
}

acts["ask-all"] = () => { scope([]); question.focus(); };

// ---- the composer

// The field is as high as these words, which stand unseen behind it (frame.css): nothing is measured while somebody types.
function grow() {
  question.parentElement.dataset.words = question.value;
}

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
acts.example = (button) => ask(button.textContent);
