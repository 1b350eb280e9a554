// The eval: run it, watch it, stop it, look at what came of it.
let box = null; // the page's element
let watching = null; // what ends the watching, not the run

async function come(container) {
  try {
    const found = await call("eval.show");
    if (watching) return; // a run is shown already, and shows its end itself
    if (!box) {
      box = make("div", { class: "leaf" });
      container.replaceChildren(box);
    }
    draw(found);
    if (found.running) watch("eval.follow", {});
  } catch (error) {
    container.replaceChildren(asTrouble(error).element());
    box = null;
  }
}

page("eval", { show: come });

function draw(found) {
  const head = make("header", { class: "head" }, make("h2", { text: "Eval" }),
    make("p", { class: "lead", text: "Questions with known answers: how often is the right passage found, quoted and cited, and is it said when there is none?" }));
  const start = make("section", { class: "start", "data-part": "eval-start" });
  fill(start, found.start);
  start.hidden = found.running;
  const choices = start.querySelector("select");
  const before = box.querySelector('[data-part="eval-category"]');
  if (before && [...choices.options].some((one) => one.value === before.value)) choices.value = before.value;
  const last = make("div", { "data-part": "eval-report" });
  fill(last, found.report);
  box.replaceChildren(head, start, make("div", { "data-part": "eval-run", "aria-live": "off" }), last);
  start.querySelector("input[type=file]").addEventListener("change", (event) => choose(event.target));
  for (const one of last.querySelectorAll("details.case")) one.addEventListener("toggle", () => { if (one.open) unfold(one); });
}

async function choose(input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  if (file.size > 900_000) { troubled(new Trouble("This case file is larger than 0.9 MB.", "Run it with `groundline eval --cases FILE` in a terminal.")); return; }
  watch("eval.run", { file: await file.text() });
}

acts["eval-run"] = () => watch("eval.run", { category: box.querySelector('[data-part="eval-category"]').value });

acts["eval-rated"] = () => watch("eval.run", { rated: true });

function troubled(error) {
  box.querySelector('[data-part="eval-start"]').prepend(asTrouble(error).element());
}

function said(text) {
  box.querySelector('[data-part="eval-start"]').prepend(make("p", { class: "said", text }));
}

async function watch(name, data) {
  if (watching) return;
  watching = new AbortController();
  const start = box.querySelector('[data-part="eval-start"]');
  start.querySelector(".problem")?.remove();
  start.hidden = true;
  const bar = make("progress", { max: 1, "aria-label": "Questions asked" });
  const words = make("p", { class: "detail", text: "Starting" });
  const stop = make("button", { type: "button", class: "button", "data-act": "eval-stop", text: "Stop" });
  box.querySelector('[data-part="eval-run"]').replaceChildren(
    make("section", { class: "work" }, make("div", { class: "bar" }, make("h3", { text: "Running" }), stop), bar, words));
  stop.focus();
  let last = null;
  let outdated = 0;
  const each = (state) => { if (state.outdated) outdated = state.outdated; else { last = state; tell(state, bar, words); } };
  try {
    await stream(name, data, each, watching.signal);
    if (last && last.phase === "running") throw new Trouble(...LOST);
    note(last && last.phase === "stopped" ? "Stopped" : "The eval has ended");
    watching = null;
    await come(box.parentElement);
    if (last && last.phase === "stopped") said(`Stopped after ${last.done} of ${last.total} questions. The next run goes on from there.`);
    if (outdated) said(`Left out: ${outdated === 1 ? "one answer" : `${outdated} answers`} that you called good. What they cite has changed since: ask again, and call the new answers good.`);
  } catch (error) {
    watching = null;
    box.querySelector('[data-part="eval-run"]').replaceChildren();
    start.hidden = false;
    troubled(error);
  }
}

function tell(state, bar, words) {
  if (state.phase !== "running") return;
  if (state.done) bar.value = state.done / state.total;
  const time = state.left === null ? "" : state.left > 90 ? `, about ${Math.ceil(state.left / 60)} minutes left` : `, about ${Math.ceil(state.left)} s left`;
  words.textContent = `${state.done.toLocaleString()} of ${state.total.toLocaleString()} questions${time}`;
}

acts["eval-stop"] = async (button) => {
  button.disabled = true;
  button.textContent = "Stopping";
  await call("eval.stop").catch(troubled);
};

async function unfold(one) {
  const inside = one.querySelector(".inside");
  if (inside.firstChild) return;
  inside.append(make("p", { class: "wait", text: "Reading" }));
  try {
    fill(inside, await call("eval.case", { id: one.dataset.case }));
  } catch (error) {
    inside.replaceChildren(asTrouble(error).element());
  }
}

acts["eval-open"] = (button) => {
  const view = JSON.parse(button.dataset.target);
  go("chat");
  open(view, null);
};

acts["eval-save"] = async (button) => {
  try {
    const { name, kind, text } = await call("eval.save", { form: button.dataset.form });
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    troubled(error);
  }
};
