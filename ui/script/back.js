// The browser's Back closes what was opened last. The page's entry in the browser's history carries how deep it is: a step for each thing
// that is open. What is closed in another way leaves its step for what is opened next; Back goes over those that are left.
const depth = () => (history.state && history.state.depth) || 0;
const openings = []; // what is open, the last one last: [name, what closes it]
let ground = depth(); // of the entry that the page was loaded with
let shownAt = new URL(location.href);
let at = depth(); // of the entry that is shown
let stepping = false; // on the way over steps that are left
let settling = false;

function opens(name, closes) {
  const known = openings.find(([other]) => other === name);
  if (known) known[1] = closes;
  else openings.push([name, closes]);
  settle();
}

function closed(name) {
  const place = openings.findIndex(([other]) => other === name);
  if (place < 0) return;
  openings.splice(place, 1);
  settle();
}

// Puts what is shown into the page's address, so that reloading it shows the same. (Gradio keeps `page` and `view=api` for itself.)
function address(changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") shownAt.searchParams.delete(name);
    else shownAt.searchParams.set(name, value);
  }
  settle();
}

// Once all that is done in one go is done, so that an entry that is left keeps its own address.
function settle() {
  if (settling) return;
  settling = true;
  queueMicrotask(() => {
    settling = false;
    if (stepping) return;
    while (depth() < ground + openings.length) history.pushState({ depth: depth() + 1 }, "", shownAt);
    history.replaceState({ depth: depth() }, "", shownAt);
    at = depth();
  });
}

addEventListener("popstate", () => {
  const back = depth() < at;
  at = depth();
  if (stepping || !back) { stepping = false; settle(); return; }
  const reading = current !== "chat" || desk.classList.contains("reading");
  if (openings.length) {
    do openings.pop()[1](); while (openings.length && ground + openings.length > at);
  } else if (at < ground && reading) { // it was open when the page was loaded
    go("chat");
    close();
  } else {
    history.go(-1 - at); // nothing is open: out of the window
    settle();
    return;
  }
  ground = Math.min(ground, at);
  stepping = ground + openings.length < at;
  if (stepping) history.go(ground + openings.length - at);
  else settle();
});
