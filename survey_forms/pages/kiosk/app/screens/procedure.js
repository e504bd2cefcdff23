// Which procedure the answers are about, where nothing else says it.

import { show } from "../display.js";
import { make } from "../dom.js";
import { say, text } from "../words.js";

// Fulfilled with the code of a procedure, or null for "another, or not sure".
export function askProcedure(tablet) {
  return new Promise((resolve) => {
    const choose = (code, name) =>
      make("div", { class: "option" }, make("button", { type: "button", class: "choice", "data-key": `procedure:${code}`, "data-value": code || "", onclick: () => resolve(code) }, make("span", {}, name)));
    show(tablet, () => ({
      name: "procedure",
      title: say(tablet, "which_procedure"),
      nodes: [
        make("h1", { tabindex: "-1" }, say(tablet, "which_procedure")),
        make(
          "div",
          { class: "answers single" },
          ...tablet.config.procedures.map((one) => choose(one.code, text(tablet, { vi: one.name_vi, en: one.name_en }))),
          choose(null, say(tablet, "other_procedure")),
        ),
      ],
    }));
  });
}
