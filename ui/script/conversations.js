// The conversations in the sidebar: found, opened, renamed, exported, deleted.
const search = make("input", { type: "search", placeholder: "Search conversations", "aria-label": "Search conversations", autocomplete: "off" });
const others = make("button", { type: "button", class: "quiet icon", "aria-haspopup": "menu", "aria-label": "More about your conversations" },
  drawing("M6 12h.01M12 12h.01M18 12h.01"));
others.addEventListener("click", () => menu(others, [
  ["Export answers called good as eval cases", () => feedback("cases", "feedback-cases.json")],
  ["Export answers called bad, to review", () => feedback("to_review", "feedback-to-review.json")],
]));
const list = make("ul", { class: "talks" });

part("history").append(
  make("button", { type: "button", class: "fresh", "data-act": "new" }, drawing("M12 5v14M5 12h14"), make("span", { text: "New conversation" })),
  make("div", { class: "find" }, search, others),
  list,
);

acts.new = () => {
  if (running) running.abort();
  go("chat");
  conversation = "";
  log.replaceChildren();
  desk.classList.remove("begun");
  address({ chat: null });
  markTalk();
  if (!narrow.matches) close();
  question.focus();
};

function markTalk() {
  part("title").textContent = "Groundline";
  for (const entry of list.querySelectorAll("[data-talk]")) {
    const here = entry.dataset.talk === conversation;
    if (here) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
    if (here) part("title").replaceChildren(...worded(entry.textContent));
  }
}

let listing = 0;

async function relist() {
  const mine = ++listing;
  let entries;
  try {
    entries = await call("history.list", { words: search.value });
  } catch (error) {
    if (mine === listing) list.replaceChildren(make("li", {}, asTrouble(error).element()));
    return;
  }
  if (mine !== listing) return;
  const rows = [];
  let day = "";
  for (const one of entries) {
    if (dayOf(one.when) !== day) { day = dayOf(one.when); rows.push(make("li", { class: "day", text: day })); }
    rows.push(row(one));
  }
  if (!rows.length) rows.push(make("li", { class: "nothing", text: search.value ? "None holds these words." : "Your conversations will stand here." }));
  list.replaceChildren(...rows);
  markTalk();
}

function dayOf(when) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - new Date(when)) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return days < 7 ? "This week" : new Date(when).toLocaleDateString(undefined, { month: "long", year: "numeric" });
}

function row(one) {
  const title = make("button", { type: "button", class: "talk-title", "data-act": "talk", "data-talk": one.id, dir: "auto", words: one.title || "Untitled" });
  const more = make("button", { type: "button", class: "quiet icon", "aria-haspopup": "menu", "aria-label": `More about ${one.title}` },
    drawing("M6 12h.01M12 12h.01M18 12h.01"));
  const item = make("li", { class: "entry" }, title, more);
  more.addEventListener("click", () => menu(more, [
    ["Rename", () => rename(item, one)],
    ["Export as Markdown", () => download(one, "markdown", "md")],
    ["Export as JSON", () => download(one, "json", "json")],
    ["Delete", () => remove(one)],
  ]));
  return item;
}

acts.talk = (button) => openConversation(button.dataset.talk);

async function openConversation(id) {
  if (running) running.abort();
  go("chat");
  let found;
  try {
    found = await call("history.open", { conversation: id });
  } catch (error) {
    address({ chat: null });
    log.replaceChildren(make("article", { class: "turn failed" }, asTrouble(error).element()));
    desk.classList.add("begun");
    return;
  }
  conversation = found.id;
  lay(found.turns);
  desk.classList.toggle("begun", found.turns.length > 0);
  address({ chat: id });
  markTalk();
  const last = lastTurn();
  if (!last) return;
  show(last, false);
  suggest(last, { conversation: id, turn: found.turns.length });
  note(`Conversation: ${found.title}`);
}

const AT_ONCE = 20; // turns put into the page without a pause
let laying = 0;

// Puts kept turns into the page: the last ones now, those before them in pieces, so that no frame waits for them. Until then each has
// its place, which is as high as any turn out of sight (turn.css), and nothing moves.
async function lay(turns) {
  const mine = ++laying;
  log.setAttribute("aria-live", "off"); // what was said before is not news
  const places = turns.map(() => make("article", { class: "turn" }));
  log.replaceChildren(...places);
  for (let end = turns.length; end > 0 && places[end - 1].isConnected; end -= AT_ONCE) {
    for (let number = Math.max(0, end - AT_ONCE); number < end; number += 1) places[number].outerHTML = turns[number];
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  setTimeout(() => { if (mine === laying) log.setAttribute("aria-live", "polite"); }, 500);
}

function rename(item, one) {
  const title = item.querySelector(".talk-title");
  const field = make("input", { type: "text", "aria-label": "The conversation's title", dir: "auto", maxlength: "200" });
  field.value = one.title;
  let ended = false;
  const end = async (keep) => {
    if (ended) return;
    ended = true;
    if (keep && field.value !== one.title)
      await call("history.rename", { conversation: one.id, title: field.value }).catch((error) => note(error.message));
    await relist();
    list.querySelector(`[data-talk="${one.id}"]`)?.focus();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") { event.stopPropagation(); end(false); }
  });
  field.addEventListener("blur", () => end(true));
  title.replaceWith(field);
  field.select();
}

function remove(one) {
  const yes = make("button", { type: "button", class: "button danger", text: "Delete" });
  const no = make("button", { type: "button", class: "button", "data-act": "dialog-close", text: "Keep it" });
  yes.addEventListener("click", async () => {
    try {
      await call("history.delete", { conversation: one.id });
    } catch (error) {
      yes.closest(".row").before(asTrouble(error).element());
      return;
    }
    shut();
    if (one.id === conversation) acts.new();
    await relist();
    note("Deleted");
  });
  const what = make("p", {}, make("q", { dir: "auto", words: one.title }), ` and its ${one.turns === 1 ? "answer" : `${one.turns} answers`} will be gone for good.`);
  dialog("Delete this conversation?", what, make("div", { class: "row" }, yes, no));
  no.focus();
}

async function feedback(which, name) {
  try {
    save(await call("history.feedback", { which }), name, "application/json");
  } catch (error) {
    tell(error.message);
  }
}

async function download(one, form, ending) {
  let words;
  try {
    words = await call("history.export", { conversation: one.id, form });
  } catch (error) {
    note(error.message);
    return;
  }
  const name = (one.title || "conversation").normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "conversation";
  save(words, `${name}.${ending}`, form === "json" ? "application/json" : "text/markdown");
}

let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(relist, 150);
});
on("conversations", relist);
