// The answers that wait to be sent: numbered where they are written, kept until the server's receipt is here.

import { draftKey } from "./drafts.js";
import { ask, change, look } from "./store.js";

const AMEND_MS_MAX = 60_000; // a longer wait comes from a clock that was set back: then it counts as over

// Write a response with the next number; fulfilled when it is on disk. The same id twice is one response.
export function keepResponse(store, item, { amendableMs = 0, pressed = null, now = Date.now() } = {}) {
  return change(store, ["queue", "facts"], async (of) => {
    const queue = of("queue");
    const facts = of("facts");
    const known = await ask(queue.index("id").get(item.id));
    if (known) return known.sequence;
    const sequence = ((await ask(facts.get("sequence"))) || 0) + 1;
    queue.add({
      sequence,
      id: item.id,
      item: { ...item, sequence },
      state: "queued",
      tried: false,
      queued_at: now,
      amendable_until: amendableMs ? now + amendableMs : 0,
    });
    facts.put(sequence, "sequence");
    facts.delete(draftKey(item.id));
    if (pressed) {
      const presses = (await ask(facts.get("presses"))) || {};
      facts.put({ ...presses, [pressed]: (presses[pressed] || 0) + 1 }, "presses");
    }
    return sequence;
  });
}

// Put other answers in the place of a response that has not left the tablet; false when it has.
export function amendResponse(store, item) {
  return change(store, ["queue", "facts"], async (of) => {
    const found = await ask(of("queue").index("id").get(item.id));
    of("facts").delete(draftKey(item.id));
    if (!found || found.tried) return false;
    await ask(of("queue").put({ ...found, item: { ...item, sequence: found.sequence }, amendable_until: 0 }));
    return true;
  });
}

// Let somebody choose again for a while; false when the response has been sent.
export function holdForAmending(store, id, until) {
  return change(store, ["queue"], async (of) => {
    const found = await ask(of("queue").index("id").get(id));
    if (!found || found.tried) return false;
    await ask(of("queue").put({ ...found, amendable_until: until }));
    return true;
  });
}

// The next to send, in order, at most `most` of them and `bytes` in all, but never none because one is long.
// They are marked as tried in the same moment: from here on the server may have them.
export async function takeBatch(store, { most, bytes, now }) {
  const collect = (mode) => async (of) => {
    const batch = [];
    let size = 0;
    await eachQueued(of("queue"), (record, cursor) => {
      if (isHeldBack(record, now)) return true;
      size += JSON.stringify(record.item).length * 2; // Vietnamese letters take up to three bytes, digits one
      if (batch.length && size > bytes) return false;
      batch.push(record);
      if (mode === "mark" && !record.tried) cursor.update({ ...record, tried: true });
      return batch.length < most;
    });
    return batch;
  };
  try {
    return await change(store, ["queue"], collect("mark"));
  } catch (error) {
    // A full disk must not stop the sending that empties it. The worst of an unmarked one is that it could still be
    // amended after it was sent, and the server would call that a conflict.
    return look(store, ["queue"], collect("read"));
  }
}

// Delete what the server has: only with its receipt for exactly this response.
export function settle(store, results) {
  return change(store, ["queue"], async (of) => {
    const queue = of("queue");
    let deleted = 0;
    for (const result of results) {
      const found = await ask(queue.index("id").get(result.id));
      if (!found) continue;
      if (result.receipt && result.receipt.id === result.id) {
        await ask(queue.delete(found.sequence));
        deleted += 1;
      } else if (result.status === "conflict" || result.status === "refused") {
        await ask(queue.put({ ...found, state: "held", problem: result.problem || { code: result.status } }));
      }
    }
    return deleted;
  });
}

// Let what was held back be tried again.
export function releaseHeld(store) {
  return change(store, ["queue"], async (of) => {
    const records = await ask(of("queue").getAll());
    for (const record of records.filter((one) => one.state === "held")) of("queue").put({ ...record, state: "queued" });
  });
}

export function describeQueue(store) {
  return look(store, ["queue", "facts"], async (of) => {
    const first = await ask(of("queue").openCursor());
    const held = (await ask(of("queue").getAll())).filter((record) => record.state === "held");
    return {
      length: await ask(of("queue").count()),
      oldest: first ? first.value.item.submitted_at : null,
      firstSequence: first ? first.value.sequence : null,
      held: held.length,
      problem: held.length ? held[0].problem : null,
      lastSequence: (await ask(of("facts").get("sequence"))) || 0,
    };
  });
}

// Every item as it would be sent, in order.
export function listItems(store) {
  return look(store, ["queue"], async (of) => (await ask(of("queue").getAll())).map((record) => record.item));
}

function isHeldBack(record, now) {
  const left = record.amendable_until - now;
  return record.state !== "queued" || (left > 0 && left <= AMEND_MS_MAX);
}

function eachQueued(queue, take) {
  return new Promise((resolve, reject) => {
    const request = queue.openCursor();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor && take(cursor.value, cursor)) cursor.continue();
      else resolve();
    };
  });
}
