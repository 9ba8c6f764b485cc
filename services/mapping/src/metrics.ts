import { createCounter, createHistogram } from '@syncline/chassis';

const inputs = createCounter({
  name: 'mapping_inputs_total',
  help: 'What became of each input: changes, answers, wake-ups',
  labelNames: ['kind', 'result'],
});

export const batchSize = createHistogram({
  name: 'mapping_batch_inputs',
  help: 'Inputs that were carried out together',
  buckets: [1, 5, 20, 50, 100, 200, 500],
});

export function countInput(kind: string, result: string): void {
  inputs.inc({ kind, result });
}
