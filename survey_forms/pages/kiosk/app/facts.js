// Single facts kept on the tablet: its key, its configuration, what it counted.

import { ask, change, look } from "./store.js";

export function readFact(store, name) {
  return look(store, ["facts"], (of) => ask(of("facts").get(name)));
}

export function writeFact(store, name, value) {
  return change(store, ["facts"], (of) => ask(of("facts").put(value, name)));
}

// A fact from what it was; read and written together, so that several tabs do not undo each other.
export function changeFact(store, name, next) {
  return change(store, ["facts"], async (of) => {
    const value = next(await ask(of("facts").get(name)));
    await ask(of("facts").put(value, name));
    return value;
  });
}
