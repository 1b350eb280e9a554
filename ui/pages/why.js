// Why this answer: asked for when the drawer is opened.
acts.why = async (button) => {
  const { conversation, turn } = button.closest(".turn").dataset;
  try {
    sheet("Why this answer", await call("why.show", { conversation, turn: Number(turn) }));
  } catch (error) {
    sheet("Why this answer", asTrouble(error).element());
  }
};
