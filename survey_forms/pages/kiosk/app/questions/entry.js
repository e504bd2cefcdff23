// What is typed: text, a number, a day in three fields. What cannot be read yet stays as it was typed.

import { readDate, readNumber } from "../checks.js";
import { make } from "../dom.js";
import { say } from "../words.js";

const LONG_ROWS = 4;

export function drawText(tablet, question, { value, set, labelled }) {
  const isLong = question.type === "long_text";
  return [
    make(isLong ? "textarea" : "input", {
      type: isLong ? undefined : "text",
      rows: isLong ? LONG_ROWS : undefined,
      autocomplete: "off",
      maxlength: question.max_letters,
      "aria-labelledby": labelled,
      "data-key": `${question.id}:text`,
      value: typeof value === "string" ? value : "",
      oninput: (event) => set(event.target.value),
    }),
  ];
}

export function drawNumber(tablet, question, { step, session, set, labelled }) {
  return [
    make("input", {
      type: "text",
      class: "number",
      inputmode: "decimal",
      autocomplete: "off",
      "aria-labelledby": labelled,
      "data-key": `${question.id}:number`,
      value: session.typed[step.key] || "",
      oninput: (event) => {
        session.typed = { ...session.typed, [step.key]: event.target.value };
        set(readNumber(event.target.value));
      },
    }),
  ];
}

export function drawDate(tablet, question, { step, session, set }) {
  const parts = (session.typed[step.key] || "//").split("/");
  const field = (index, name, letters) =>
    make(
      "label",
      {},
      make("span", {}, say(tablet, name)),
      make("input", {
        type: "text",
        class: `date ${name}`,
        inputmode: "numeric",
        autocomplete: "off",
        maxlength: letters,
        "data-key": `${question.id}:${name}`,
        value: parts[index],
        oninput: (event) => {
          parts[index] = event.target.value.trim();
          const isEmpty = parts.every((part) => !part);
          session.typed = { ...session.typed, [step.key]: isEmpty ? "" : parts.join("/") };
          set(isEmpty ? undefined : readDate(parts.join("/")));
        },
      }),
    );
  return [make("div", { class: "day-fields", role: "group", "aria-labelledby": "question" }, field(0, "day", 2), field(1, "month", 2), field(2, "year", 4))];
}
