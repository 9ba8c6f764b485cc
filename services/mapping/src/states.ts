import type { MappingRow } from '@syncline/store';
import type { PairState } from './pair.ts';
import { stateOf } from './rows.ts';

interface Kept {
  text: string;
  state: PairState;
}

/** Of all texts together: about a thousand rows whose results are awaited. */
const mostCharacters = 4 * 1024 * 1024;

/**
 * The states that this process has written last. Most rows are read again soon, for the result of the write that they
 * have in flight, and to parse them was a tenth of what an event costs. A state is taken for the very text that it was
 * written as, so it does not matter who else writes.
 */
export class States {
  private readonly kept = new Map<string, Kept>();
  private characters = 0;

  keep({ id, state: text }: MappingRow, state: PairState): void {
    this.drop(id);
    this.kept.set(id, { text, state });
    this.characters += text.length;
    for (const oldest of this.kept.keys()) {
      if (this.characters <= mostCharacters) return;
      this.drop(oldest);
    }
  }

  /** @throws SyntaxError when the row's text is not JSON */
  of(row: MappingRow): PairState {
    const kept = this.kept.get(row.id);
    return kept?.text === row.state ? kept.state : stateOf(row);
  }

  private drop(id: string): void {
    const kept = this.kept.get(id);
    if (kept === undefined) return;
    this.kept.delete(id);
    this.characters -= kept.text.length;
  }
}
