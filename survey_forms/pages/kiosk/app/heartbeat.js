// Tells the server every few minutes how the tablet is, and hears what is new.

import { offsetSeconds, writeInstant } from "./clock.js";
import { rememberClock } from "./clock_memory.js";
import { refreshConfig } from "./configuration.js";
import { readFact } from "./facts.js";
import { call } from "./network.js";
import { describeQueue } from "./queue.js";
import { describeStorage } from "./storage.js";
import { noteTrouble } from "./troubles.js";
import { checkForUpdate } from "./update.js";

const MINUTES = 5;

export function startHeartbeats(tablet) {
  let minutes = MINUTES;
  let timer = null;
  const beat = async () => {
    clearTimeout(timer);
    timer = setTimeout(beat, minutes * 60_000 * (0.9 + Math.random() * 0.2));
    const { key } = tablet;
    if (!key) return;
    try {
      minutes = (await sendHeartbeat(tablet)) || MINUTES;
    } catch (error) {
      if (error.action === "re_enrol") tablet.needsEnrolment = tablet.key === key;
      else if (error.code !== "no_reply") noteTrouble(tablet, error.code || error.name, error.message);
    }
  };
  tablet.beat = beat;
  return beat();
}

async function sendHeartbeat(tablet) {
  const { body } = await call(tablet, "/me/heartbeat", { body: await describeTablet(tablet) });
  tablet.needsEnrolment = false;
  rememberClock(tablet);
  if (body.app_version && body.app_version !== tablet.version) checkForUpdate(tablet);
  if (body.config_version !== undefined && body.config_version !== versionHere(tablet)) await refreshConfig(tablet);
  return body.minutes;
}

function versionHere(tablet) {
  const config = tablet.nextConfig || tablet.config;
  return config ? config.version : null;
}

export async function describeTablet(tablet) {
  const queue = await describeQueue(tablet.store);
  return {
    at: writeInstant(tablet.clock.wall()),
    monotonic: Math.round(tablet.clock.steady() / 1000),
    queue_length: queue.length,
    oldest_queued_at: queue.oldest,
    last_sent_at: (await readFact(tablet.store, "last_sent_at")) || null,
    last_sequence: queue.lastSequence,
    app_version: tablet.version,
    form_version: tablet.config ? tablet.config.form_version : null,
    config_version: tablet.config ? tablet.config.version : null,
    battery: await describeBattery(),
    storage: await describeStorage(),
    clock_offset_seconds: offsetSeconds(tablet.clock),
    errors: tablet.troubles,
    is_visible: document.visibilityState === "visible",
    presses: (await readFact(tablet.store, "presses")) || {},
  };
}

async function describeBattery() {
  if (!navigator.getBattery) return null;
  try {
    const { level, charging } = await navigator.getBattery();
    return { level, charging };
  } catch (error) {
    return null;
  }
}
