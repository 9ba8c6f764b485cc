import { takeAgain } from './decide/again.ts';
import { arrive, takeWaiting } from './decide/arrive.ts';
import { actByHand } from './decide/by-hand.ts';
import { Draft } from './decide/draft.ts';
import { Needs, type Decision, type Facts, type Input } from './decide/facts.ts';
import { link } from './decide/link.ts';
import { takeCrmResult, takeErpResult } from './decide/results.ts';
import { wake } from './decide/wake.ts';
import type { PairState } from './pair.ts';

/**
 * The one place that decides what is written where. Pure: no clock, store or network; the same state, input and facts
 * give the same decision (design, "The record's state is its mapping row").
 * @returns the new state and what has to happen once it is stored, or the fact that is missing
 */
export function decide(state: PairState, input: Input, facts: Facts): Decision | Needs {
  const draft = new Draft(state, facts);
  try {
    apply(draft, input);
    takeWaiting(draft);
  } catch (missing) {
    if (missing instanceof Needs) return missing;
    throw missing;
  }
  draft.state.updatedAt = facts.now;
  const decision: Decision = { state: draft.state, effects: draft.effects, result: draft.result };
  return draft.reply === undefined ? decision : { ...decision, reply: draft.reply };
}

function apply(draft: Draft, input: Input): void {
  switch (input.kind) {
    case 'change':
      arrive(draft, input.change);
      return;
    case 'again':
      takeAgain(draft, input.change);
      return;
    case 'erpResult':
      takeErpResult(draft, input.result);
      return;
    case 'crmResult':
      takeCrmResult(draft, input.result);
      return;
    case 'wake':
      wake(draft);
      return;
    case 'link':
      link(draft, input.link);
      return;
    case 'operator':
      actByHand(draft, input);
  }
}
