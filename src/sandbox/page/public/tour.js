// Which steps of the tour were done. What was done stays done for as long as the sandbox runs: over a reload, and in another tab.
import { useEffect, useRef } from 'preact/hooks';
import { STEPS } from './story.js';

const KEY = 'rolecall-tour';

/** What was kept of this run; the next sandbox at the same address begins a new tour. */
function kept(run) {
  const found = JSON.parse(localStorage.getItem(KEY) ?? '{}');
  return found.run === run ? found.ticks : [];
}

/** Steps that were done: id to how far ahead the clock was then, ms. */
export function useTour(world, person) {
  const { hello, screen } = world;
  const run = hello?.run;
  const ticks = useRef(new Map());
  const of = useRef(undefined);
  // The screen comes last: before that, what the page was not told yet would look like what is gone.
  if (run !== undefined && screen !== null) {
    if (of.current !== run) ticks.current = new Map(kept(run));
    of.current = run;
    for (const step of STEPS) {
      const ready = (step.after ?? []).every((id) => ticks.current.has(id));
      if (ready && !ticks.current.has(step.id) && step.done(world, person, ticks.current))
        ticks.current = new Map([...ticks.current, [step.id, world.clock.offset]]);
    }
  }
  useEffect(() => {
    if (of.current === undefined) return;
    // Another tab may have kept steps that this one has not seen.
    const all = new Map([...kept(of.current), ...ticks.current]);
    localStorage.setItem(KEY, JSON.stringify({ run: of.current, ticks: [...all] }));
  }, [ticks.current]);
  return ticks.current;
}
