// What the office set for this tablet; the last one that came is kept, so that a start without network works.

import { changeFact, readFact, writeFact } from "./facts.js";
import { call } from "./network.js";

export async function recallDevice(tablet) {
  const kept = (await readFact(tablet.store, "device")) || null;
  if (kept) Object.assign(tablet, { device: kept.device, key: kept.key, number: kept.number });
  tablet.config = (await readFact(tablet.store, "config")) || null;
}

// Exchange a code for a key. The queue stays, and the numbers go on from where they are.
export async function enrol(tablet, code, firstSequence) {
  const before = tablet.key;
  tablet.key = null;
  let body;
  try {
    ({ body } = await call(tablet, "/enrol", { body: { code, first_sequence: firstSequence } }));
  } catch (error) {
    tablet.key = before;
    throw error;
  }
  await writeFact(tablet.store, "device", { device: body.device, key: body.key, number: body.number });
  await writeFact(tablet.store, "presses", {});
  tablet.needsEnrolment = false;
  Object.assign(tablet, { device: body.device, key: body.key, number: body.number });
  await keepConfig(tablet, body.config);
}

// Ask for the configuration; true when a new one came.
export async function refreshConfig(tablet) {
  const etag = await readFact(tablet.store, "config_etag");
  const reply = await call(tablet, "/me/config", { etag: tablet.config ? etag : undefined });
  if (reply.status === 304 || !reply.body) return false;
  await keepConfig(tablet, reply.body);
  await changeFact(tablet.store, "config_etag", () => reply.etag);
  return true;
}

async function keepConfig(tablet, config) {
  await writeFact(tablet.store, "config", config);
  tablet.nextConfig = config; // taken up when nobody is answering
}

export function takeUpConfig(tablet) {
  if (!tablet.nextConfig) return false;
  tablet.config = tablet.nextConfig;
  tablet.nextConfig = null;
  return true;
}
