import { mappingStatus, stringifyJson, type Side } from '@syncline/contract';
import type { Change } from '../change.ts';
import { decide } from '../decide.ts';
import { Needs, readingKey, type Decision, type Facts, type Input, type Reading } from '../decide/facts.ts';
import { pairDigest, type PairState } from '../pair.ts';
import { toRow } from '../rows.ts';
import { sideDocumentsOf } from '../side-documents.ts';
import { aStream, pair } from './builders.ts';
import { readSmall } from './read-small.ts';
import type { Draw } from './draw.ts';

export interface SmallFactsOptions {
  draw: Draw;
  now: () => number;
  directions: readonly ('toErp' | 'toCrm')[];
  canFind: boolean;
  onUnknownCreate: 'hold' | 'resend';
}

/** What decisions rest on beside the row: the streams, other rows, pointers. As fold.ts and its loaders find it. */
export class SmallFacts {
  private readonly options: SmallFactsOptions;
  private readonly rows: ReadonlyMap<string, PairState>;
  private readonly pointers: Map<string, string>;
  private revision = 0;

  constructor(
    options: SmallFactsOptions,
    rows: ReadonlyMap<string, PairState>,
    pointers: Map<string, string>,
  ) {
    this.options = options;
    this.rows = rows;
    this.pointers = pointers;
  }

  decide(state: PairState, input: Input): Decision {
    const { draw, now, directions, canFind, onUnknownCreate } = this.options;
    const readings = new Map<string, Reading>();
    const claims = new Map<string, { owner: string }>();
    const facts: Facts & { readings: typeof readings; claims: typeof claims } = {
      now: now(),
      random: draw(1000) / 1000,
      fold: 0,
      crmRevision: undefined,
      toErp: directions.includes('toErp') ? aStream('crm', { canFind, onUnknownCreate }) : null,
      toCrm: directions.includes('toCrm') ? aStream('erp') : null,
      readings,
      claims,
      openCreates: undefined,
      owner: undefined,
      matches: new Map(),
    };
    this.revision += 1;
    for (let asked = 0; asked < 12; asked += 1) {
      const decision = decide(state, input, facts);
      if (!(decision instanceof Needs)) return decision;
      const { what } = decision;
      if (what.kind === 'reading') readings.set(readingKey(what.change), this.read(what.change));
      else if (what.kind === 'crmRevision') facts.crmRevision = this.revision;
      else if (what.kind === 'claim') claims.set(what.dataId, this.claim(state, what.side, what.dataId));
      else if (what.kind === 'openCreates') Object.assign(facts, this.openCreates(state, what.change));
      else throw new Error(`the small world knows no ${what.kind}`);
    }
    throw new Error('facts without end');
  }

  private read(change: Change): Reading {
    const maps = this.options.directions.includes(change.side === 'crm' ? 'toErp' : 'toCrm');
    return readSmall(change, maps ? (key) => this.rows.get(this.pointers.get(key) ?? key) : null);
  }

  private claim(state: PairState, side: Side, dataId: string): { owner: string } {
    const digest = pairDigest(pair, side, dataId);
    const owner = this.pointers.get(digest) ?? state.id;
    const other = this.rows.get(digest);
    if (other !== undefined && other.id !== state.id) {
      const row = toRow(other);
      if (row.isCreated || row.inFlightId !== null || row.status === mappingStatus.reserved)
        return { owner: other.id };
    }
    this.pointers.set(digest, owner);
    return { owner };
  }

  private openCreates(state: PairState, change: Change) {
    const key = this.read(change).source.fields['key'] ?? '';
    const open = [...this.rows.values()].flatMap((other) => {
      const { openCreate } = sideDocumentsOf(other);
      if (other.id === state.id || openCreate === null || !openCreate.scope.endsWith(`"${change.side}"]`))
        return [];
      const { match, openedAt } = openCreate;
      if (match !== null && change.side === 'erp' && match !== stringifyJson([key])) return [];
      return [{ rowId: other.id, match, openedAt }];
    });
    return {
      openCreates: open,
      owner: this.pointers.get(pairDigest(pair, change.side, change.dataId)) ?? null,
    };
  }
}
