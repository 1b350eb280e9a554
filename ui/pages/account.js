// Who is here: pages that they may not use have no entry, and who has logged in by the login page may log out.
call("account.who")
  .then(({ name, scopes }) => {
    for (const entry of desk.querySelectorAll("[data-needs]")) entry.hidden = !scopes.includes(entry.dataset.needs);
    part("account-name").replaceChildren(...worded(name));
    part("account").hidden = !name;
  })
  .catch(console.error); // the window's first call fails too, and says so

// A page that the browser kept would show the conversations again to whoever goes back after logging out.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
