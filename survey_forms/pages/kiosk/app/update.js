// New versions of this page: fetched whole beside the running one, taken over only while nobody is answering.

import { noteTrouble } from "./troubles.js";

const HOUR_MS = 3_600_000;

export async function startUpdates(tablet) {
  if (!("serviceWorker" in navigator)) return;
  const hadWorker = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker ever serves the version that runs already; another tab may have called a later one.
    if (hadWorker || tablet.isTakingOver) tablet.needsReload = true;
    reloadIfFree(tablet);
  });
  try {
    tablet.worker = await navigator.serviceWorker.register("/kiosk/sw.js", { scope: "/kiosk", updateViaCache: "none" });
    tablet.worker.addEventListener("updatefound", () => watchInstall(tablet, tablet.worker.installing));
    const { active } = tablet.worker;
    if (active) active.postMessage(`running ${tablet.version}`);
  } catch (error) {
    noteTrouble(tablet, "worker_refused", error.message);
  }
  setInterval(() => checkForUpdate(tablet), HOUR_MS);
}

// A version that could not be fetched whole is thrown away by the browser without a word.
function watchInstall(tablet, worker) {
  let isWhole = false;
  worker.addEventListener("statechange", () => {
    if (worker.state === "redundant" && !isWhole) noteTrouble(tablet, "update_failed", "");
    isWhole = isWhole || worker.state === "installed";
  });
}

export async function checkForUpdate(tablet) {
  if (!tablet.worker) return;
  try {
    await tablet.worker.update();
  } catch (error) {
    // Without network, or cut off in the middle: the running version stays, the next check tries again.
    if (navigator.onLine) noteTrouble(tablet, "update_failed", error.message);
  }
}

// Called when the first screen is shown. True when the page is about to begin anew: then nothing may be started.
export function takeOverIfReady(tablet) {
  if (reloadIfFree(tablet)) return true;
  if (!tablet.worker || !tablet.worker.waiting) return false;
  tablet.isTakingOver = true;
  tablet.worker.waiting.postMessage("take_over");
  return false; // if the new one never takes over, the old one goes on
}

function reloadIfFree(tablet) {
  if (!tablet.needsReload || !tablet.isFree) return false;
  location.reload();
  return true;
}
