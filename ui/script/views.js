// The pages: each has a container [data-view=name] and an entry [data-go=name]; the conversation is the view "chat".
const views = {};
let current = "chat";

// A page's script registers itself: `show(container)` each time its page comes up, `hide()` (optional) when it goes.
function page(name, { show, hide = () => {} }) {
  views[name] = { show, hide };
}

function go(name, push = true) {
  const container = desk.querySelector(`[data-view="${name}"]`);
  if (!container) return;
  if (views[current] && current !== name) views[current].hide();
  for (const view of desk.querySelectorAll("[data-view]")) view.hidden = view !== container;
  for (const entry of desk.querySelectorAll(".entries [data-go]")) {
    if (entry.dataset.go === name) entry.setAttribute("aria-current", "page");
    else entry.removeAttribute("aria-current");
  }
  current = name;
  desk.dataset.page = name;
  part("source").hidden = name !== "chat";
  showSide(false);
  if (name === "chat") closed("view");
  else if (push) opens("view", () => go("chat"));
  if (push) address({ view: name === "chat" ? null : name });
  if (views[name]) views[name].show(container);
}

// ---- the sidebar: a column on wide windows, a drawer on narrow ones

function showSide(open) {
  if (!narrow.matches || open === desk.classList.contains("drawn")) return;
  desk.classList.toggle("drawn", open);
  for (const button of desk.querySelectorAll('[data-act="side"]')) button.setAttribute("aria-expanded", String(open));
  for (const under of desk.querySelectorAll(".top, .view, .source")) under.inert = open;
  if (open) opens("side", () => showSide(false));
  else closed("side");
  if (open) part("side").querySelector("[aria-current]").focus();
  else if (part("side").contains(document.activeElement)) desk.querySelector(".top button").focus();
}

narrow.addEventListener("change", () => {
  closed("side");
  desk.classList.remove("drawn");
  for (const under of desk.querySelectorAll(".top, .view, .source")) under.inert = false;
});

acts.side = () => {
  if (narrow.matches) { showSide(!desk.classList.contains("drawn")); return; }
  const folded = desk.classList.toggle("folded");
  for (const button of desk.querySelectorAll('[data-act="side"]')) button.setAttribute("aria-expanded", String(!folded));
  localStorage.setItem("groundline-side", folded ? "folded" : "open");
};
if (localStorage.getItem("groundline-side") === "folded" && !narrow.matches) acts.side();
desk.querySelector(".veil").addEventListener("click", () => showSide(false));

// ---- a menu at a button: `items` are [label, what it does]

function menu(button, items) {
  const box = make("div", { class: "menu", role: "menu", popover: "auto" });
  for (const [label, does] of items)
    box.append(make("button", { type: "button", role: "menuitem", text: label, click: () => { box.hidePopover(); does(); } }));
  box.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    box.remove();
    closed("menu");
    if (document.activeElement === document.body) button.focus();
  });
  box.addEventListener("keydown", (event) => {
    const all = [...box.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  desk.append(box);
  box.showPopover();
  opens("menu", () => box.hidePopover());
  const at = button.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${at.bottom + box.offsetHeight + 8 > innerHeight ? at.top - box.offsetHeight - 4 : at.bottom + 4}px`;
  box.firstElementChild.focus();
}

// ---- one dialog for all: `dialog(title, ...children)` opens it, `shut()` closes it

let opener = null;

function dialog(title, ...children) {
  const box = part("dialog");
  opener = document.activeElement;
  const head = make("h2", { id: "gl-dialog-title", text: title });
  box.setAttribute("aria-labelledby", "gl-dialog-title");
  box.replaceChildren(head, ...children);
  box.showModal();
  opens("dialog", shut);
  return box;
}

function shut() {
  if (part("dialog").open) part("dialog").close();
}

part("dialog").addEventListener("close", () => {
  closed("dialog");
  if (opener && opener.isConnected) opener.focus();
});
part("dialog").addEventListener("click", (event) => { if (event.target === part("dialog")) shut(); });
acts["dialog-close"] = shut;
