// Sorting, filtering and turning pages without a reload. The server sorts; without this file the same links
// and the same form do the same. Nothing is kept, nothing is asked from elsewhere.
"use strict";

async function show(address, isNew) {
  const reply = await fetch(address, { headers: { Accept: "text/html" } });
  if (!reply.ok) {
    location.href = address;
    return;
  }
  const next = new DOMParser().parseFromString(await reply.text(), "text/html");
  const focused = document.activeElement?.closest("th")?.className;
  document.title = next.title;
  document.querySelector(".language").replaceWith(next.querySelector(".language"));
  document.querySelector("main").replaceWith(next.querySelector("main"));
  document.querySelector(".said").textContent = document.querySelector(".remarks")?.textContent ?? "";
  if (isNew) history.pushState(null, "", address);
  if (focused) document.querySelector(`thead th.${focused} a`)?.focus({ preventScroll: true });
}

function go(address) {
  show(address, true).catch(() => { location.href = address; });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("thead a, nav.pages a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  link.focus({ preventScroll: true });
  go(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.filters");
  if (!form) return;
  event.preventDefault();
  const query = [...new FormData(form)].filter(([, value]) => value !== "");
  go(`${form.action}?${new URLSearchParams(query)}`);
});

window.addEventListener("popstate", () => {
  show(location.href, false).catch(() => location.reload());
});
