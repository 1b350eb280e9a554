// The first page.
async function linked() {
  const wish = new URLSearchParams(location.search);
  if (wish.has("chat")) await openConversation(wish.get("chat"));
  if (wish.has("view")) go(wish.get("view"), false);
  if (!wish.has("doc")) return;
  const number = (name) => Math.max(0, Number.parseInt(wish.get(name) || "0", 10) || 0);
  await open({ path: wish.get("doc"), start: number("start"), end: number("end") }, null);
}

async function welcome() {
  const first = await call("chat.welcome");
  fill(part("corpus"), first.corpus);
  fill(part("welcome"), first.welcome);
  documents = first.documents;
  if (!shown) rest();
  desk.classList.toggle("shut", !first.ready);
  question.disabled = !first.ready;
  return first.ready;
}

async function examples() {
  const html = await call("chat.examples").catch(() => "");
  part("welcome").insertAdjacentHTML("beforeend", html);
}

on("corpus", () => welcome().then((ready) => ready && examples()).catch((error) => note(error.message)));
desk.classList.toggle("can-why", Boolean(acts.why));
relist();
welcome()
  .then(async (ready) => {
    if (ready && !narrow.matches) question.focus();
    await linked();
    desk.dataset.ready = "true";
    if (ready) await examples();
  })
  .catch((error) => part("welcome").replaceChildren(asTrouble(error).element()));
