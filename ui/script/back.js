// The browser's Back closes what was opened last. The page's entry in the browser's history carries how deep it is: one step for each
// thing that is open. What is closed in another way takes its step back; what is opened and closed in one go never makes one.
const depth = () => (history.state && history.state.depth) || 0;
const openings = []; // what is open, the last one last: [name, what closes it]
let ground = depth(); // of the entry that the page was loaded with
let shownAt = new URL(location.href);
let stepping = false; // on the way back to where as much is open as is now
let settling = false;

function opens(name, closes) {
  const known = openings.find(([other]) => other === name);
  if (known) known[1] = closes;
  else openings.push([name, closes]);
  settle();
}

function closed(name) {
  const at = openings.findIndex(([other]) => other === name);
  if (at < 0) return;
  openings.splice(at, 1);
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
    const wanted = ground + openings.length;
    if (wanted < depth()) {
      stepping = true;
      history.go(wanted - depth());
      return;
    }
    while (depth() < wanted) history.pushState({ depth: depth() + 1 }, "", shownAt);
    history.replaceState({ depth: wanted }, "", shownAt);
  });
}

addEventListener("popstate", () => {
  if (!stepping) {
    while (openings.length && ground + openings.length > depth()) openings.pop()[1]();
    if (depth() < ground) { // what was open when the page was loaded
      ground = depth();
      go("chat");
      close();
    }
  }
  stepping = false;
  settle();
});
