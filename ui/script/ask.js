// Asking: the composer, and the turn that is being answered.
let asking = false;
// The documents that are asked: a page may call scope([...paths]); none means all.
let paths = [];

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
    fill(frame, await call("chat.ask", { question: words, paths }));
    turn.replaceChildren(...frame.firstElementChild.childNodes);
    turn.className = frame.firstElementChild.className;
  } catch (error) {
    turn.className = "turn failed";
    turn.lastElementChild.replaceWith(asTrouble(error).element());
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

function scope(chosen) {
  paths = [...chosen];
  part("scope").hidden = !paths.length;
  part("scope").textContent = paths.length ? `Asking ${paths.length === 1 ? paths[0] : `${paths.length} documents`}` : "";
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
