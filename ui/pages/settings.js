// What is in force: looked at anew each time the page comes up.
async function look(container) {
  if (!container.firstElementChild) container.append(make("p", { class: "wait", text: "Looking" }));
  try {
    const html = await call("settings.show");
    const leaf = make("div", { class: "leaf" });
    fill(leaf, html);
    container.replaceChildren(leaf);
  } catch (error) {
    container.replaceChildren(asTrouble(error).element());
  }
}

page("settings", { show: look });
acts["settings-again"] = async (button) => {
  const container = button.closest("[data-view]");
  button.disabled = true;
  await look(container);
  container.querySelector('[data-act="settings-again"]')?.focus();
  note("Looked again");
};
