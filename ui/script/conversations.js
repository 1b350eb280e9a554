// The conversations in the sidebar.
acts.new = () => {
  go("chat");
  part("log").replaceChildren();
  desk.classList.remove("begun");
  question.focus();
};
