// What the tablet tells its supervisor: what is wrong, in words, and what can be done about it here.

import { offsetSeconds, writeInstant } from "../clock.js";
import { refreshConfig } from "../configuration.js";
import { show } from "../display.js";
import { make } from "../dom.js";
import { downloadQueue } from "../export_queue.js";
import { readFact } from "../facts.js";
import { describeQueue, releaseHeld } from "../queue.js";
import { sendNow } from "../send.js";
import { describeStorage } from "../storage.js";
import { checkForUpdate } from "../update.js";
import { say } from "../words.js";
import { showEnrol } from "./enrol.js";

const CLOSES_AFTER_MS = 180_000;
const OFF_SECONDS = 120;

export async function showSupervisor(tablet, { code = "" } = {}) {
  let told = code && (await showEnrol(tablet, { code, mayGoBack: true })) ? welcomeBack(tablet) : "";
  for (;;) {
    const pressed = await waitForPress(tablet, await gather(tablet), told);
    if (pressed === "close") return;
    told = await act(tablet, pressed);
  }
}

async function act(tablet, pressed) {
  try {
    if (pressed === "send") return await trySending(tablet);
    if (pressed === "export") return say(tablet, "exported", { count: await downloadQueue(tablet) });
    if (pressed === "configure") return say(tablet, (await refreshConfig(tablet)) ? "config_new" : "config_same");
    if (pressed === "update") {
      await checkForUpdate(tablet);
      return say(tablet, tablet.worker && (tablet.worker.waiting || tablet.worker.installing) ? "update_found" : "update_none");
    }
    if (pressed === "enrol") return (await showEnrol(tablet, { mayGoBack: true })) ? welcomeBack(tablet) : "";
  } catch (error) {
    return `${say(tablet, error.code === "no_reply" ? "no_network" : "failed")} ${error.message}`;
  }
  return "";
}

function welcomeBack(tablet) {
  sendNow(tablet.sender); // what waited for a key that counts
  return say(tablet, "enrolled", { number: tablet.number });
}

async function trySending(tablet) {
  await releaseHeld(tablet.store);
  await sendNow(tablet.sender);
  if (tablet.beat) await tablet.beat();
  const { length } = await describeQueue(tablet.store);
  const { lastError } = tablet.sender;
  if (lastError) return `${say(tablet, lastError.code === "no_reply" ? "no_network" : "failed")} ${lastError.message}`;
  return say(tablet, length ? "sent_some" : "sent_all", { count: length });
}

function waitForPress(tablet, state, told) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("close"), CLOSES_AFTER_MS);
    const button = (key, isMain = false) =>
      make(
        "button",
        {
          type: "button",
          class: isMain ? "button" : "button second",
          "data-key": key,
          onclick: () => {
            clearTimeout(timer);
            resolve(key);
          },
        },
        say(tablet, `do_${key}`),
      );
    show(tablet, () => ({
      name: "supervisor",
      title: say(tablet, "supervisor_title", { number: tablet.number || "–" }),
      nodes: [
        make("h1", { tabindex: "-1" }, say(tablet, "supervisor_title", { number: tablet.number || "–" })),
        make("p", { class: "told", role: "status" }, told),
        ...drawWrong(tablet, state),
        drawFacts(tablet, state),
        drawTroubles(tablet),
        make("div", { class: "buttons many" }, button("close", true), ...["send", "export", "configure", "update", "enrol"].map((key) => button(key))),
      ].filter(Boolean),
    }));
  });
}

async function gather(tablet) {
  return {
    queue: await describeQueue(tablet.store),
    storage: await describeStorage(),
    lastSent: await readFact(tablet.store, "last_sent_at"),
    offset: offsetSeconds(tablet.clock),
  };
}

function drawWrong(tablet, { queue, storage, offset }) {
  const { lastError, failures } = tablet.sender;
  const wrong = [
    !tablet.key && say(tablet, "wrong_not_enrolled"),
    tablet.needsEnrolment && say(tablet, "wrong_revoked"),
    failures > 0 && lastError && (lastError.code === "no_reply" ? say(tablet, "wrong_network", { count: failures }) : say(tablet, "wrong_server", { why: lastError.message })),
    queue.held > 0 && say(tablet, "wrong_held", { count: queue.held, why: (queue.problem || {}).code || "?" }),
    storage.persisted === false && say(tablet, "wrong_not_persistent"),
    storage.quota && storage.usage / storage.quota > 0.9 && say(tablet, "wrong_full"),
    offset !== null && Math.abs(offset) > OFF_SECONDS && say(tablet, "wrong_clock", { minutes: Math.round(offset / 60) }),
    tablet.clock.jumps.length > 0 && say(tablet, "wrong_jumps", { count: tablet.clock.jumps.length }),
    !tablet.worker && say(tablet, "wrong_no_worker"),
  ].filter(Boolean);
  if (!wrong.length) return [make("p", { class: "fine" }, say(tablet, "all_is_well"))];
  return [make("h2", {}, say(tablet, "what_is_wrong")), make("ul", { class: "wrong" }, ...wrong.map((sentence) => make("li", {}, sentence)))];
}

function drawFacts(tablet, { queue, storage, lastSent, offset }) {
  const { config } = tablet;
  const megabytes = (bytes) => (bytes === null ? "?" : (bytes / 1_048_576).toFixed(1).replace(".", tablet.language === "vi" ? "," : "."));
  const facts = [
    ["fact_queue", say(tablet, "fact_queue_value", { count: queue.length })],
    ["fact_oldest", queue.oldest ? showTime(queue.oldest) : "–"],
    ["fact_sent", lastSent ? showTime(lastSent) : "–"],
    ["fact_sequence", String(queue.lastSequence)],
    ["fact_storage", `${megabytes(storage.usage)} / ${megabytes(storage.quota)} MB`],
    ["fact_clock", `${showTime(writeInstant(tablet.clock.wall()))}${offset === null ? "" : ` (${offset > 0 ? "+" : ""}${offset} s)`}`],
    ["fact_app", tablet.version],
    ["fact_form", config ? `${config.form} ${config.form_version}` : "–"],
    ["fact_config", config ? String(config.version) : "–"],
    ["fact_device", tablet.device || "–"],
  ];
  return make("dl", {}, ...facts.map(([key, value]) => make("div", {}, make("dt", {}, say(tablet, key)), make("dd", {}, value))));
}

function drawTroubles(tablet) {
  if (!tablet.troubles.length) return null;
  const lines = [...tablet.troubles].reverse().map((one) => make("li", {}, `${showTime(one.at)} · ${one.code}${one.detail ? ` · ${one.detail}` : ""}`));
  return make("details", {}, make("summary", {}, say(tablet, "troubles", { count: lines.length })), make("ul", {}, ...lines));
}

// 20/11/2026 10:00, as the tablet's clock said.
function showTime(instant) {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(instant);
  return `${day}/${month}/${year} ${time}`;
}
