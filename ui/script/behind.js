// That the folder has changed since it was read is said with an answer; a button has it read again.
const forget = () => { for (const old of desk.querySelectorAll(".behind:not([aria-busy])")) old.remove(); };

async function lookBehind(turn) {
  const html = await call("chat.behind").catch(() => "");
  forget();
  if (html && turn.isConnected) turn.querySelector(".actions").insertAdjacentHTML("beforebegin", html);
}

acts["read-again"] = async (button) => {
  const box = button.closest(".behind");
  const words = box.querySelector(".words");
  box.setAttribute("aria-busy", "true");
  button.hidden = true;
  const each = ({ path, done, total }) => {
    if (path !== undefined) words.replaceChildren(...worded(total ? `Reading the folder: ${Math.floor((100 * done) / total)} %` : `Reading ${path}`));
  };
  words.textContent = "Reading the folder";
  try {
    await stream("library.index", {}, each);
  } catch (error) {
    box.replaceChildren(asTrouble(error).element());
    box.removeAttribute("aria-busy");
    return;
  }
  words.textContent = "The folder was read again. Answers are from it as it is now.";
  const again = make("button", { type: "button", class: "button", "data-act": "again", text: "Ask again" });
  button.replaceWith(again);
  if (document.activeElement === document.body) again.focus();
  tellAll("corpus");
  box.removeAttribute("aria-busy");
};

on("corpus", forget);
