import type { Draft } from './draft.ts';
import { askAgain } from './read-answer.ts';
import { resend } from './send.ts';
import { proceed } from './take.ts';
import { ask } from './unknown.ts';

/** A time has come, or something this pair waits for may be there: look again. */
export function wake(draft: Draft): void {
  const { current } = draft.state;
  if (current === null) return;
  const isDue = current.dueAt !== null && current.dueAt <= draft.now;
  switch (current.phase) {
    // These look at the world again, however they were woken.
    case 'parked':
    case 'openWait':
    case 'held':
      proceed(draft, current.change);
      return;
    case 'retry':
      if (isDue) proceed(draft, current.change);
      return;
    case 'inFlight':
      if (isDue) resend(draft);
      return;
    case 'unknown':
      if (isDue) ask(draft, current);
      return;
    case 'reread':
      if (isDue) askAgain(draft, current);
      return;
    case 'details':
      if (!isDue) return;
      draft.setCurrent({ ...current, dueAt: draft.now + 10 * 60_000 });
      draft.send('read');
      return;
    case 'person':
  }
}
