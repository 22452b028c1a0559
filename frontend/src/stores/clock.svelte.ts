/** The time on this machine, moving every half minute: only for words such as "in 20 min". */

const STEP_MS = 30_000;

class Clock {
  now_ms = $state(Date.now());

  start(): void {
    setInterval(() => {
      this.now_ms = Date.now();
    }, STEP_MS);
  }
}

export const clock = new Clock();
