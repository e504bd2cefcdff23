// Sends the queue: in order, one tab at a time, again and again until the server gives its receipt for every response.

import { writeInstant } from "./clock.js";
import { changeFact, writeFact } from "./facts.js";
import { call } from "./network.js";
import { describeQueue, settle, takeBatch } from "./queue.js";
import { noteTrouble } from "./troubles.js";
import { returnSeconds, waitSeconds } from "./waiting.js";

const LOCK = "hailong-kiosk-send";
const BATCH_MOST = 100;
const BATCH_BYTES = 1_000_000;

export function makeSender(tablet) {
  const sender = { tablet, failures: 0, timer: null, running: null, most: BATCH_MOST, lastError: null, listeners: [] };
  addEventListener("online", async () => {
    sender.failures = 0;
    plan(sender, returnSeconds((await describeQueue(tablet.store)).length));
  });
  return sender;
}

// Something new lies in the queue. While the server is being waited for, the planned try comes first.
export function nudge(sender) {
  if (!sender.failures) plan(sender, 0);
}

// Try now, whatever was planned; fulfilled when there is nothing more to do for the moment.
export function sendNow(sender) {
  clearTimeout(sender.timer);
  sender.timer = null;
  if (!sender.running) {
    sender.running = withLock(() => sendAll(sender)).finally(() => {
      sender.running = null;
      for (const listener of sender.listeners) listener();
    });
  }
  return sender.running;
}

function plan(sender, seconds) {
  clearTimeout(sender.timer);
  sender.timer = setTimeout(() => sendNow(sender), seconds * 1000);
}

async function sendAll(sender) {
  const { tablet } = sender;
  const { key } = tablet;
  if (!key) return;
  try {
    for (;;) {
      const batch = await takeBatch(tablet.store, { most: sender.most, bytes: BATCH_BYTES, now: tablet.clock.wall() });
      if (!batch.length) break;
      const unknown = await askWhatIsThere(tablet, batch);
      if (unknown.length < batch.length) noteTrouble(tablet, "receipts_recovered", String(batch.length - unknown.length));
      if (unknown.length) await sendBatch(tablet, unknown);
      await noteSent(sender);
    }
    if (await isAnythingHeldBack(tablet)) plan(sender, 10);
  } catch (error) {
    if (tablet.key !== key) await sendAll(sender); // enrolled anew meanwhile: that was said to the old key
    else await planAgain(sender, error);
  }
}

// Those of the batch the server does not have. What was sent before may have arrived without its receipt coming back.
async function askWhatIsThere(tablet, batch) {
  const asked = batch.filter((record) => record.tried);
  if (!asked.length) return batch;
  const { body } = await call(tablet, "/me/known", { body: { ids: asked.map((record) => record.id) } });
  await settle(tablet.store, body.known.map((receipt) => ({ id: receipt.id, status: "known", receipt })));
  const known = new Set(body.known.map((receipt) => receipt.id));
  return batch.filter((record) => !known.has(record.id));
}

async function sendBatch(tablet, records) {
  const items = records.map((record) => record.item);
  const body = { sent_at: writeInstant(tablet.clock.wall()), app_version: tablet.version, items };
  const reply = await call(tablet, "/me/responses", { body });
  const results = reply.body.results;
  await settle(tablet.store, results);
  for (const result of results.filter((one) => one.status === "refused" || one.status === "conflict")) {
    noteTrouble(tablet, `response_${result.status}`, `${result.id} ${(result.problem || {}).code || ""}`);
  }
  const settled = new Set(results.filter((one) => one.receipt || one.status === "conflict" || one.status === "refused").map((one) => one.id));
  // Without this a server that forgets an item would be asked for ever without a pause.
  if (!items.some((item) => settled.has(item.id))) throw new Error("no receipt for any response");
}

async function noteSent(sender) {
  sender.failures = 0;
  sender.lastError = null;
  sender.most = BATCH_MOST;
  sender.tablet.needsEnrolment = false;
  await writeFact(sender.tablet.store, "last_sent_at", writeInstant(sender.tablet.clock.wall())).catch(() => {});
}

async function planAgain(sender, error) {
  sender.failures += 1;
  sender.lastError = error;
  if (error.status === 413 || error.status === 422) sender.most = Math.max(1, Math.floor(sender.most / 4));
  if (error.action === "re_enrol") {
    sender.tablet.needsEnrolment = true;
    sender.tablet.wake("state");
  }
  if (error.code !== "no_reply") noteTrouble(sender.tablet, error.code || error.name, error.message);
  await changeFact(sender.tablet.store, "failed_sends", (count) => (count || 0) + 1).catch(() => {});
  plan(sender, waitSeconds(sender.failures, { retryAfter: error.retryAfter }));
}

async function isAnythingHeldBack(tablet) {
  const { length, held } = await describeQueue(tablet.store);
  return length > held;
}

function withLock(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}
