// The hidden way to the supervisor's screen: five presses in the upper right corner, three seconds on it, or
// Ctrl + Alt + K.

const CORNER_PX = 80;
const PRESSES = 5;
const WITHIN_MS = 4_000;
const HOLD_MS = 3_000;

export function watchGesture(onGesture) {
  let presses = [];
  let held = null;
  const isCorner = (event) => event.clientX > innerWidth - CORNER_PX && event.clientY < CORNER_PX;
  addEventListener("pointerdown", (event) => {
    if (!isCorner(event)) return;
    const now = performance.now();
    presses = [...presses.filter((press) => now - press < WITHIN_MS), now];
    clearTimeout(held);
    held = setTimeout(onGesture, HOLD_MS);
    if (presses.length >= PRESSES) {
      presses = [];
      clearTimeout(held);
      onGesture();
    }
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => clearTimeout(held));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.altKey && event.code === "KeyK") onGesture();
  });
}
