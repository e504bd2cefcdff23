// Answers of somebody who is still answering, so that a tab that dies does not take them along.

import { ask, change, look } from "./store.js";

const PREFIX = "draft:";
const AFTER = "draft;"; // the next letter after the colon

export function saveDraft(store, draft) {
  return change(store, ["facts"], (of) => ask(of("facts").put(draft, PREFIX + draft.id)));
}

export function forgetDraft(store, id) {
  return change(store, ["facts"], (of) => ask(of("facts").delete(PREFIX + id)));
}

export function draftKey(id) {
  return PREFIX + id;
}

// Drafts that no living tab holds. A tab holds the lock of its draft for as long as it lives.
export async function listOrphans(store) {
  const drafts = await look(store, ["facts"], (of) =>
    ask(of("facts").getAll(IDBKeyRange.bound(PREFIX, AFTER, false, true))),
  );
  const orphans = [];
  for (const draft of drafts) {
    if (await isFree(lockName(draft.id))) orphans.push(draft);
  }
  return orphans;
}

// Hold the lock of a draft; the function given back lets go.
export function holdDraft(id) {
  let release = () => {};
  if (navigator.locks) {
    navigator.locks.request(lockName(id), () => new Promise((resolve) => (release = resolve))).catch(() => {});
  }
  return () => release();
}

function isFree(name) {
  if (!navigator.locks) return true;
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => lock !== null);
}

function lockName(id) {
  return `hailong-kiosk-draft-${id}`;
}
