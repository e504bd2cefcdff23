// Asks for the supervisor's PIN on keys of its own, which need no keyboard on the screen.

import { show } from "../display.js";
import { make } from "../dom.js";
import { isRightPin, penaltySeconds } from "../pin.js";
import { say } from "../words.js";

const CLOSES_AFTER_MS = 60_000;
const LETTERS_MAX = 12;

// Fulfilled with true when the PIN was right, or none is set; false when given up.
export function askPin(tablet) {
  const { pin } = tablet.config || {};
  if (!pin) return Promise.resolve(true);
  return new Promise((resolve) => {
    const state = { typed: "", mistake: "" };
    const timer = setTimeout(() => end(false), CLOSES_AFTER_MS);
    const end = (isRight) => {
      clearTimeout(timer);
      removeEventListener("keydown", onKey);
      resolve(isRight);
    };
    const enter = async () => {
      const typed = state.typed;
      state.typed = "";
      const wait = Math.ceil(((tablet.pinClosedUntil || 0) - tablet.clock.steady()) / 1000);
      if (wait > 0) state.mistake = say(tablet, "pin_wait", { count: wait });
      else if (await isRightPin(typed, pin)) {
        tablet.wrongPins = 0;
        return end(true);
      } else {
        tablet.wrongPins = (tablet.wrongPins || 0) + 1;
        tablet.pinClosedUntil = tablet.clock.steady() + penaltySeconds(tablet.wrongPins) * 1000;
        state.mistake = say(tablet, "pin_wrong");
      }
      return draw();
    };
    const type = (digit) => {
      state.typed = (state.typed + digit).slice(0, LETTERS_MAX);
      draw();
    };
    const erase = () => {
      state.typed = state.typed.slice(0, -1);
      draw();
    };
    const onKey = (event) => {
      if (/^\d$/.test(event.key)) type(event.key);
      else if (event.key === "Backspace") erase();
      else if (event.key === "Escape") end(false);
      else if (event.key === "Enter" && document.activeElement.tagName !== "BUTTON") enter();
    };
    const key = (label, name, onclick, more = {}) => make("button", { type: "button", class: "key", "data-key": name, onclick, ...more }, label);
    const draw = (stays = true) =>
      show(tablet, () => ({
        name: "pin",
        title: say(tablet, "pin_title"),
        nodes: [
          make("h1", { tabindex: "-1" }, say(tablet, "pin_title")),
          make("p", { class: "dots", role: "status" }, state.typed ? "•".repeat(state.typed.length) : "–", make("span", { class: "unseen" }, say(tablet, "pin_letters", { count: state.typed.length }))),
          make("p", { class: "mistake", role: "alert" }, state.mistake),
          make(
            "div",
            { class: "keys" },
            ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => key(String(digit), `pin-${digit}`, () => type(digit))),
            key("⌫", "pin-erase", erase, { "aria-label": say(tablet, "erase") }),
            key("0", "pin-0", () => type(0)),
            key("✓", "pin-enter", enter, { "aria-label": say(tablet, "enter") }),
          ),
          make("div", { class: "buttons" }, make("button", { type: "button", class: "button second", "data-key": "back", onclick: () => end(false) }, say(tablet, "back"))),
        ],
      }), { stays });
    addEventListener("keydown", onKey);
    draw(false);
  });
}
