// Screens that only say something and offer one or two things to press.

import { make } from "../dom.js";
import { show } from "../display.js";

// Fulfilled with the key of the button that was pressed, or `otherwise` after so many seconds.
export function showNotice(tablet, { name, build, buttons, seconds = null, otherwise = null, hasTools = true }) {
  return new Promise((resolve) => {
    const timer = seconds === null ? null : setTimeout(() => resolve(otherwise), seconds * 1000);
    const press = (key) => () => {
      clearTimeout(timer);
      resolve(key);
    };
    show(
      tablet,
      () => {
        const { title, nodes = [] } = build();
        return {
          name,
          title,
          spoken: [title],
          nodes: [
            make("h1", { tabindex: "-1" }, title),
            ...nodes,
            make(
              "div",
              { class: "buttons" },
              buttons().map(({ key, label, isMain = true }) =>
                make("button", { type: "button", class: isMain ? "button" : "button second", "data-key": key, onclick: press(key) }, label),
              ),
            ),
          ],
        };
      },
      { hasTools },
    );
  });
}
