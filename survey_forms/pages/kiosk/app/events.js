// Hears from the server when a service at this counter has ended; asks now and then where events do not come through.

import { serverNow } from "./clock.js";
import { refreshConfig } from "./configuration.js";
import { call } from "./network.js";
import { noteTrouble } from "./troubles.js";
import { waitSeconds } from "./waiting.js";

const POLL_SECONDS = 5;
const FAILURES_UNTIL_POLLING = 1;
const POLLS = 60; // then the stream is tried again
const OPEN_MS_MAX = 120_000;

export async function startEvents(tablet) {
  let failures = 0;
  for (;;) {
    if (!tablet.key || tablet.needsEnrolment || !navigator.onLine) {
      await sleep(POLL_SECONDS);
      continue;
    }
    const wasOpen = await listen(tablet);
    failures = wasOpen ? 1 : failures + 1;
    if (failures > FAILURES_UNTIL_POLLING) await poll(tablet);
    await sleep(waitSeconds(failures));
  }
}

// Fulfilled when the stream ends: true if it had been open.
async function listen(tablet) {
  let ticket;
  try {
    ({
      body: { ticket },
    } = await call(tablet, "/me/events-ticket", { body: {} }));
  } catch (error) {
    return false;
  }
  return new Promise((resolve) => {
    let wasOpen = false;
    const source = new EventSource(`/api/v1/kiosks/me/events?ticket=${encodeURIComponent(ticket)}`);
    const end = () => {
      source.close(); // a ticket is good once: the browser's own second try would be refused
      resolve(wasOpen);
    };
    source.onopen = () => (wasOpen = true);
    source.onerror = end;
    source.addEventListener("service_ended", (event) => takeService(tablet, JSON.parse(event.data)));
    source.addEventListener("config", () => refreshConfig(tablet).then(() => tablet.wake("config"), () => {}));
  });
}

async function poll(tablet) {
  for (let turn = 0; turn < POLLS; turn += 1) {
    try {
      const { body } = await call(tablet, "/me/pending");
      for (const item of body.items) takeService(tablet, item);
    } catch (error) {
      return; // the server is away or has no use for us: wait longer and longer
    }
    if (turn === 0) noteTrouble(tablet, "events_by_polling", "");
    await sleep(POLL_SECONDS);
  }
}

function takeService(tablet, { service, procedure, procedure_name: name, ends_at: endsAt }) {
  if (!service || tablet.seenServices.has(service)) return;
  tablet.seenServices.add(service);
  const left = Math.min(OPEN_MS_MAX, Date.parse(endsAt) - serverNow(tablet.clock));
  if (!(left > 0)) return;
  tablet.service = { service, procedure: procedure || null, name: name || null, until: tablet.clock.steady() + left };
  tablet.wake("service");
}

// The service that is being asked about now, if its time is not over.
export function currentService(tablet) {
  if (tablet.service && tablet.service.until <= tablet.clock.steady()) tablet.service = null;
  return tablet.service;
}

function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
