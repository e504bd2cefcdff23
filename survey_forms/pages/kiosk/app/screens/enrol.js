// How a tablet gets its key: the code the office printed, typed or from the QR's address.

import { enrol } from "../configuration.js";
import { show } from "../display.js";
import { make } from "../dom.js";
import { describeQueue } from "../queue.js";
import { say } from "../words.js";

const LETTERS = 8;

// Fulfilled with true when enrolled, false when the staff went back.
export async function showEnrol(tablet, { code = "", mayGoBack = false } = {}) {
  const { length, firstSequence, lastSequence } = await describeQueue(tablet.store);
  return new Promise((resolve) => {
    const state = { code, mistake: null, isBusy: false };
    const send = async (event) => {
      if (event) event.preventDefault();
      state.code = document.getElementById("code").value;
      const clean = state.code.toUpperCase().replace(/[^A-Z0-9]/g, "");
      if (clean.length !== LETTERS) return fail({ key: "code_letters" });
      Object.assign(state, { isBusy: true, mistake: null });
      draw();
      try {
        await enrol(tablet, clean, firstSequence || lastSequence + 1);
        return resolve(true);
      } catch (error) {
        return fail(describe(error));
      }
    };
    const fail = (mistake) => {
      Object.assign(state, { isBusy: false, mistake });
      draw();
      document.getElementById("code").focus();
    };
    const draw = () => show(tablet, () => drawForm(tablet, state, { length, send, back: mayGoBack && (() => resolve(false)) }), { hasTools: true });
    draw();
    if (code) send();
  });
}

function drawForm(tablet, state, { length, send, back }) {
  const { mistake } = state;
  return {
    name: "enrol",
    title: say(tablet, "enrol_title"),
    nodes: [
      make("h1", { tabindex: "-1" }, say(tablet, "enrol_title")),
      make("p", { class: "intro" }, say(tablet, "enrol_how")),
      length ? make("p", { class: "help" }, say(tablet, "enrol_queue", { count: length })) : null,
      make(
        "form",
        { onsubmit: send, novalidate: true },
        make("label", { for: "code" }, say(tablet, "enrol_code")),
        make("input", { id: "code", type: "text", class: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 12, "data-key": "code", value: state.code, "aria-describedby": "code-mistake" }),
        make("p", { id: "code-mistake", class: "mistake", role: "alert" }, mistake ? mistake.text || say(tablet, mistake.key) : ""),
        make(
          "div",
          { class: "buttons" },
          back ? make("button", { type: "button", class: "button second", "data-key": "back", onclick: back }, say(tablet, "back")) : null,
          make("button", { type: "submit", class: "button", "data-key": "enrol", disabled: state.isBusy }, say(tablet, state.isBusy ? "enrolling" : "enrol")),
        ),
      ),
    ].filter(Boolean),
  };
}

// The server's own words where it has some.
function describe(error) {
  if (error.code === "no_reply") return { key: "enrol_no_network" };
  const { title, title_en: english } = error.problem || {};
  return title ? { text: english ? `${title} / ${english}` : title } : { key: "enrol_failed" };
}
