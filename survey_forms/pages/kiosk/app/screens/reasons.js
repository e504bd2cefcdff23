// What is asked after a low rating, all on one screen: reasons to tap and an optional comment.

import { findProblem } from "../checks.js";
import { show } from "../display.js";
import { make } from "../dom.js";
import { drawQuestion } from "../questions/question.js";
import { drawFace } from "../questions/scale.js";
import { keepDraft, noteDuration } from "../session.js";
import { listFollowUps } from "../steps.js";
import { say, text } from "../words.js";

// Fulfilled with "finished", or "again" when the rating is to be chosen anew.
export function askReasons(tablet, session, rated) {
  return new Promise((resolve) => {
    const since = tablet.clock.steady();
    let problems = {};
    const steps = () => listFollowUps(session.form, rated, session.raw);
    const end = (outcome) => () => {
      const found = steps().map((step) => [step.key, findProblem(step, session.raw, session.typed)]);
      problems = Object.fromEntries(found.filter(([, problem]) => problem));
      if (outcome === "finished" && Object.keys(problems).length) return draw(true);
      noteDuration(session, steps()[0].question.id, (tablet.clock.steady() - since) / 1000);
      return resolve(outcome);
    };
    const changed = () => {
      keepDraft(tablet, session);
      draw(true);
    };
    const draw = (stays) =>
      show(tablet, () => {
        const level = session.raw[rated.id];
        const title = say(tablet, "reasons_title");
        return {
          name: "reasons",
          title,
          spoken: [title, ...steps().map((step) => text(tablet, step.question.text))],
          nodes: [
            make("h1", { tabindex: "-1" }, title),
            make("p", { class: "chosen" }, drawFace(moodOf(level, rated)), make("span", {}, text(tablet, rated.scale.labels[level - 1]))),
            ...steps().map((step) =>
              make(
                "section",
                {},
                ...drawQuestion(tablet, session, step, { heading: "h2", problem: problems[step.key], onChosen: changed, onChanged: changed }).filter(Boolean),
              ),
            ),
            make(
              "div",
              { class: "buttons" },
              make("button", { type: "button", class: "button second", "data-key": "again", onclick: end("again") }, say(tablet, "choose_again")),
              make("button", { type: "button", class: "button", "data-key": "send", onclick: end("finished") }, say(tablet, "send")),
            ),
          ],
        };
      }, { stays });
    draw(false);
  });
}

function moodOf(level, rated) {
  const count = rated.scale.labels.length;
  return count === 1 ? 5 : 1 + Math.round(((level - 1) * 4) / (count - 1));
}
