// The question whether somebody is still there, above whatever is being asked, with the seconds that are left.

import { make } from "../dom.js";
import { say } from "../words.js";

export function showCountdown(tablet, left) {
  const said = say(tablet, "still_there_seconds", { count: left });
  const shown = document.getElementById("still-there");
  if (shown) {
    shown.querySelector("p").textContent = said;
    return;
  }
  const stay = make("button", { type: "button", class: "button", "data-key": "stay" }, say(tablet, "stay"));
  const box = make(
    "div",
    { id: "still-there", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "still-there-title" },
    make("div", { class: "box" }, make("h2", { id: "still-there-title" }, say(tablet, "still_there")), make("p", {}, said), stay),
  );
  document.body.append(box);
  stay.focus({ preventScroll: true });
}

export function hideCountdown() {
  const shown = document.getElementById("still-there");
  if (shown) shown.remove();
}
