// What clicks and keys do.
desk.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (!button.classList.contains("verdict")) tip.hidden = true;
  if (button.dataset.go) go(button.dataset.go);
  else if (button.dataset.cite) open(JSON.parse(button.dataset.cite), button);
  else if (button.dataset.open) open(JSON.parse(button.dataset.open), null);
  else if (button.dataset.more) more(button);
  else if (acts[button.dataset.act]) acts[button.dataset.act](button);
});

const KEYS = [
  ["Enter", "Ask"],
  ["Shift Enter", "Start a new line"],
  ["Esc", "Stop a running answer, or close what is open"],
  ["/", "Go to the question"],
  ["← →", "Previous and next citation, while a source is open"],
  ["?", "Show these keys"],
];

acts.keys = () => {
  const rows = KEYS.map(([keys, does]) =>
    make("div", {}, make("dt", {}, ...keys.split(" ").map((key) => make("kbd", { text: key }))), make("dd", { text: does })));
  const done = make("button", { type: "button", class: "button", "data-act": "dialog-close", text: "Close" });
  dialog("Keys", make("dl", { class: "keylist" }, ...rows), done);
};

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (part("dialog").open) return;
  if (event.key === "/" && !writing && plain) {
    event.preventDefault();
    go("chat");
    question.focus();
  } else if (event.key === "?" && !writing && plain) {
    acts.keys();
  } else if (event.key === "Escape") {
    if (running) acts.stop();
    else if (!tip.hidden) tip.hidden = true;
    else if (desk.classList.contains("drawn")) showSide(false);
    else dismiss();
  } else if (shown && !writing && plain && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    walk(event.key === "ArrowRight" ? 1 : -1);
  }
});
