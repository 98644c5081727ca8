// Parts of a page that stay fresh: <tbody data-live="/address" data-every="3"> gets its rows anew.
"use strict";
for (const part of document.querySelectorAll("[data-live]")) {
  const every = 1000 * (Number(part.dataset.every) || 3);
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(part.dataset.live, { credentials: "same-origin" });
        if (answer.status === 401) { location.reload(); return; }
        // The server escaped it, as it did when it made the page.
        if (answer.ok) part.innerHTML = await answer.text();
      } catch (gone) { /* the back end is away: the next look may find it */ }
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
}
