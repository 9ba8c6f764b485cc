import type { Stream } from '@syncline/catalog';
import { isJsonObject, parseJson, stringifyJson } from '@syncline/contract';
import type { SyncArg } from '@syncline/functions';
import type { AfterHook } from '@syncline/store';
import type { Bodies } from './bodies.ts';
import type { ToProduce } from './effects.ts';
import type { AfterSync } from './pair.ts';
import { syncArgOf } from './read-hooked.ts';

/** What is kept of a confirmed sync until its hook `after` has run. */
type Kept = AfterSync & { tenantId: string; rowId: string; sourceId: string };

/** The hooks that a state's effects ask for. */
export function afterHooksOf({ state, effects }: Pick<ToProduce, 'state' | 'effects'>): AfterHook[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'after') return [];
    const { kind: _kind, ...sync } = effect;
    const kept: Kept = {
      ...sync,
      tenantId: state.tenantId,
      rowId: state.id,
      sourceId: state.sides[sync.side].id,
    };
    return [{ syncId: sync.syncId, text: stringifyJson(kept), confirmedAt: sync.at }];
  });
}

/** Reads what `afterHooksOf` kept. */
export function keptSync(text: string): Kept {
  const kept = parseJson(text);
  if (!isJsonObject(kept)) throw new TypeError('an entry of after_hooks is not JSON of ours');
  return kept as unknown as Kept;
}

/**
 * What the hook is told: the record as it was written, and the ids of both sides.
 * @throws BodyGone
 */
export async function afterArg(kept: Kept, stream: Stream, bodies: Bodies): Promise<SyncArg> {
  const { master, details } = await bodies.read(kept.body);
  return syncArgOf({ ...kept, stream }, { objectData: master, details });
}
