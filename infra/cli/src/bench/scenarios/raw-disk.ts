import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { percentile, Sheet } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { repeat } from './repeat.ts';

/** What the disk allows: each promise of durability waits for one of these, alone or with others. */
export const rawDisk: Scenario = {
  name: 'raw-disk',
  about: 'One after the other: write 4 KiB to a file where Syncline keeps its data, and fdatasync it.',
  async measure(bench) {
    const sheet = new Sheet();
    const file = openSync(join(bench.place.installation.home, 'sync.bin'), 'w');
    const block = Buffer.alloc(4096, 'x');
    try {
      await repeat(bench, async (seconds, counts) => {
        const took: number[] = [];
        const startedAt = performance.now();
        while (performance.now() - startedAt < seconds * 1000) {
          const began = performance.now();
          writeSync(file, block, 0, block.length, 0);
          fdatasyncSync(file);
          took.push(performance.now() - began);
          // A stop signal is heard in between.
          if (took.length % 100 === 0) await nextTurn();
        }
        if (!counts) return;
        const perSecond = took.length / ((performance.now() - startedAt) / 1000);
        sheet.add({ id: 'sync', label: 'write and fdatasync', unit: '/s' }, perSecond);
        sheet.add({ id: 'sync-p99', label: 'of these, p99', unit: 'ms' }, percentile(took, 0.99));
      });
    } finally {
      closeSync(file);
    }
    return sheet.figures();
  },
};
