// The tablet's own database: opened, upgraded without ever dropping anything, and written so that "done" means on disk.

export const DATABASE = "hailong-kiosk";

// One step for each version of the schema. Steps only add; a step that has been served is never changed.
const STEPS = [
  (database) => {
    const queue = database.createObjectStore("queue", { keyPath: "sequence" });
    queue.createIndex("id", "id", { unique: true });
    database.createObjectStore("facts");
  },
];

export async function openStore(name = DATABASE, steps = STEPS) {
  const store = { name, steps, database: null };
  await reopen(store);
  return store;
}

// Reads of one moment; `work` gets a function that asks a store of the transaction.
export function look(store, names, work) {
  return inTransaction(store, names, "readonly", work);
}

// Changes that happen together or not at all. Fulfilled only when the browser says that they are stored.
export function change(store, names, work) {
  return inTransaction(store, names, "readwrite", work);
}

export function ask(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function reopen(store) {
  const request = indexedDB.open(store.name, store.steps.length);
  request.onupgradeneeded = (event) => {
    for (const step of store.steps.slice(event.oldVersion)) step(request.result, request.transaction);
  };
  store.database = await ask(request);
  store.database.onversionchange = () => close(store); // a newer page in another tab wants to upgrade
  store.database.onclose = () => close(store);
}

function close(store) {
  if (store.database) store.database.close();
  store.database = null;
}

async function inTransaction(store, names, mode, work) {
  if (!store.database) await reopen(store);
  // Without "strict" a power cut may take what was already thanked for.
  const transaction = store.database.transaction(names, mode, { durability: "strict" });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error || new DOMException("aborted", "AbortError"));
  });
  ended.catch(() => {}); // told below; an abort during `work` must not count as unheard
  let result;
  try {
    result = await work((name) => transaction.objectStore(name));
  } catch (error) {
    try {
      transaction.abort();
    } catch (ignored) {
      // it has ended by itself, with the error that `ended` tells
    }
    await ended.catch((cause) => {
      throw cause.name === "AbortError" ? error : cause;
    });
    throw error;
  }
  await ended;
  return result;
}
