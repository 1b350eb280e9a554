// The first page.
function linked() {
  const wish = new URLSearchParams(location.search);
  if (wish.has("page")) go(wish.get("page"), false);
  if (!wish.has("doc")) return;
  const number = (name) => Math.max(0, Number.parseInt(wish.get(name) || "0", 10) || 0);
  open({ path: wish.get("doc"), start: number("start"), end: number("end") }, null);
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

on("corpus", welcome);
welcome()
  .then((ready) => {
    desk.dataset.ready = "true";
    if (ready && !narrow.matches) question.focus();
    linked();
  })
  .catch((error) => part("welcome").replaceChildren(asTrouble(error).element()));
