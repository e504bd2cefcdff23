// Notices that nobody touches the tablet any more, counts down aloud enough to be seen, then says so.

const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel"];

export function watchIdle({ seconds, countdown, onCount, onBack, onIdle, steady = () => performance.now() }) {
  let touched = steady();
  let isCounting = false;
  const touch = () => {
    touched = steady();
    if (isCounting) onBack();
    isCounting = false;
  };
  const tick = () => {
    const left = Math.ceil(seconds + countdown - (steady() - touched) / 1000);
    if (left <= 0) {
      stop();
      onIdle();
    } else if (left <= countdown) {
      isCounting = true;
      onCount(left);
    }
  };
  const timer = setInterval(tick, 250);
  for (const sign of SIGNS) addEventListener(sign, touch, { capture: true, passive: true });
  function stop() {
    clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, touch, { capture: true });
  }
  return stop;
}
