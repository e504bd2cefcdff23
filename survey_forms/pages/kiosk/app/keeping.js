// Stores what a person answered, thanks only for what is stored, and says so when it is not.

import { make } from "./dom.js";
import { forgetDraft } from "./drafts.js";
import { holdForAmending } from "./queue.js";
import { showNotice } from "./screens/simple.js";
import { nudge, sendNow } from "./send.js";
import { finishSession, TooLate } from "./session.js";
import { ratingQuestion } from "./steps.js";
import { noteTrouble, saveTroubles } from "./troubles.js";
import { say, text } from "./words.js";

const THANKS_SECONDS = 5;
const RETRY_SECONDS = 10;
const RETRIES_MAX = 12;
export const AMEND_MS = 15_000; // longer than the thanks are shown; then it is sent

// Store the whole response, or say that it is not stored and try again; true when it is.
export async function keep(tablet, session, how) {
  for (let tries = 0; ; tries += 1) {
    try {
      await finishSession(tablet, session, how);
      if (tries) saveTroubles(tablet);
      return true;
    } catch (error) {
      if (error instanceof TooLate) return tellTooLate(tablet);
      noteTrouble(tablet, `not_stored_${error.name}`, error.message);
      sendNow(tablet.sender); // what is sent makes room
      const chosen = await tellNotStored(tablet, error, tries);
      if (chosen !== "again") return giveUp(tablet, session, { isWanted: chosen === "give_up" });
    }
  }
}

// Who says so throws the answers away. Who went away did not say it: their draft, if one could be written, stays and
// is settled as left when the page starts anew.
function giveUp(tablet, session, { isWanted }) {
  noteTrouble(tablet, "given_up", session.id);
  if (isWanted) discardDraft(tablet, session);
  else session.release();
  return false;
}

// Until it is gone its lock is held, so that no other tab takes it for an orphan.
function discardDraft(tablet, session) {
  forgetDraft(tablet.store, session.id).then(
    () => session.release(),
    () => setTimeout(() => discardDraft(tablet, session), RETRY_SECONDS * 1000),
  );
}

export function tellNotStored(tablet, error, tries) {
  const why = error.name === "QuotaExceededError" ? "not_stored_full" : "not_stored_other";
  return showNotice(tablet, {
    name: "failure",
    build: () => ({
      title: say(tablet, "not_stored"),
      nodes: [make("p", { class: "intro" }, say(tablet, why)), make("p", { class: "help" }, say(tablet, "not_stored_what"))],
    }),
    buttons: () => [
      { key: "again", label: say(tablet, "try_again") },
      { key: "give_up", label: say(tablet, "give_up"), isMain: false },
    ],
    seconds: RETRY_SECONDS,
    otherwise: tries < RETRIES_MAX ? "again" : "left",
  });
}

async function tellTooLate(tablet) {
  await showNotice(tablet, {
    name: "too-late",
    build: () => ({ title: say(tablet, "too_late") }),
    buttons: () => [{ key: "done", label: say(tablet, "done") }],
    seconds: THANKS_SECONDS,
  });
  return false;
}

export async function thank(tablet, session, { mayAmend }) {
  const pressed = await showNotice(tablet, {
    name: "thanks",
    build: () => ({
      title: text(tablet, session.form.thanks),
      nodes: [
        session.isAmending && make("p", { class: "intro" }, say(tablet, "amended")),
        mayAmend &&
          make("p", { class: "chosen" }, say(tablet, "you_chose", { label: labelOf(tablet, session) })),
      ].filter(Boolean),
    }),
    buttons: () => [
      { key: "done", label: say(tablet, "done") },
      ...(mayAmend ? [{ key: "again", label: say(tablet, "pressed_wrong"), isMain: false }] : []),
    ],
    seconds: THANKS_SECONDS,
    otherwise: "done",
  });
  const { idle_seconds: idle = 30, countdown_seconds: countdown = 10 } = tablet.config;
  if (pressed === "again" && (await holdForAmending(tablet.store, session.id, tablet.clock.wall() + Math.min(60, idle + countdown) * 1000))) {
    return "again";
  }
  await holdForAmending(tablet.store, session.id, 0).catch(() => {});
  nudge(tablet.sender);
  return "done";
}

function labelOf(tablet, session) {
  const question = ratingQuestion(session.form);
  return text(tablet, question.scale.labels[session.raw[question.id] - 1]);
}
