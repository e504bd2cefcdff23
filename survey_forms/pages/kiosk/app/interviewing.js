// One case, from the list until what came of it is kept: consent first, then the questions.

import { fillIn } from "./answering.js";
import { noteAttempt, OUTCOMES, syncInterviews, WHYS } from "./interviews.js";
import { askCase, askConsent, askWhyStopped, tellProblem } from "./screens/interviewer.js";
import { noteTrouble } from "./troubles.js";

export async function visitCase(tablet, { assignment, order }) {
  const since = tablet.clock.steady();
  const chosen = await askCase(tablet, assignment, OUTCOMES);
  if (chosen === "back") return;
  const { consent } = tablet.config;
  const outcome = chosen === "begin" ? await interview(tablet, order) : chosen;
  const seconds = (tablet.clock.steady() - since) / 1000;
  const why = outcome === "break_off" ? await askWhyStopped(tablet, WHYS) : null;
  await keepAttempt(tablet, assignment, outcome, { seconds, consent: consent ? consent.version : null, why });
  syncInterviews(tablet).then(() => tablet.wake("interviews"));
}

async function interview(tablet, order) {
  if ((await askConsent(tablet)) !== "agree") return "refusal";
  return (await fillIn(tablet, { order })) === "kept" ? "complete" : "break_off";
}

// Until it is on disk: a try that was lost would be made again, at a door that has said no.
async function keepAttempt(tablet, assignment, outcome, about) {
  for (;;) {
    try {
      await noteAttempt(tablet, assignment.id, outcome, about);
      return;
    } catch (error) {
      noteTrouble(tablet, `attempt_not_stored_${error.name}`, error.message);
      if ((await tellProblem(tablet)) === "give_up") return;
    }
  }
}
