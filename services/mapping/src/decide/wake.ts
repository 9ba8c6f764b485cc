import type { Current } from '../current.ts';
import type { Draft } from './draft.ts';
import { lookUpAgain } from './look-up-details.ts';
import { askAgain } from './read-answer.ts';
import { resend } from './send.ts';
import { proceed } from './proceed.ts';
import { ask, sendAgain } from './unknown.ts';

/** A time has come, or something this pair waits for may be there: look again. */
export function wake(draft: Draft): void {
  const { current } = draft.state;
  if (current === null) return;
  if (current.phase === 'parked' || current.phase === 'openWait' || current.phase === 'held') {
    // These look at the world again, however they were woken.
    proceed(draft, current.change);
  } else if (current.dueAt !== null && current.dueAt <= draft.now) {
    isDue(draft, current);
  }
}

function isDue(draft: Draft, current: Current): void {
  switch (current.phase) {
    case 'retry':
      proceed(draft, current.change);
      return;
    case 'inFlight':
      resend(draft);
      return;
    case 'unknown':
      ask(draft, current);
      return;
    case 'resend':
      sendAgain(draft, current);
      return;
    case 'reread':
      askAgain(draft, current);
      return;
    case 'details':
      lookUpAgain(draft, current);
      return;
    case 'person':
    case 'parked':
    case 'openWait':
    case 'held':
  }
}
