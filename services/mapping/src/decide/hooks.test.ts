import type { Hooked } from './facts.ts';
import { inStep, PlayedPair } from '../testing/played-pair.ts';

const changing = { toErp: { hooks: { changes: true, after: false } } };
const following = { toErp: { hooks: { changes: false, after: true } } };
const stopped: Hooked = { mapped: { kind: 'stopped', message: 'Stopped by the hook before: no' }, log: [] };
const failedHook: Hooked = {
  mapped: {
    kind: 'failed',
    byHook: true,
    failure: {
      class: 'broken',
      code: 'hook-failed',
      message: 'The hook during failed: hooks/d.js, line 2: x',
    },
  },
  log: [],
};

function changedTo(value: string, log: string[] = []): Hooked {
  const values = { key: 'K1', value };
  return {
    mapped: { kind: 'ok', record: { master: values, details: {} }, values, rows: {}, match: [], owes: [] },
    log,
  };
}

describe('hooks before and during', () => {
  it('have written what they left', () => {
    const played = new PlayedPair(changing);
    played.hooked.set('create:v1', changedTo('V1', ['hook before logged: a']));
    expect(played.crm({ value: 'v1' }).message).toMatchObject({
      operation: 'create',
      record: { master: { value: 'V1' } },
    });
    expect(played.told).toContain('hook before logged: a');
  });

  it('are run for what is about to be written alone', () => {
    const played = inStep('v1', changing);
    expect(played.hooksRun).toEqual(['create']);
    played.crm({ value: 'v1' });
    expect(played.result).toBe('unchanged');
    played.crm({ value: 'v2' }).crm({ value: 'v3' });
    expect(played.hooksRun).toEqual(['create', 'update']);
    played.accept();
    expect(played.hooksRun).toEqual(['create', 'update', 'update']);
  });

  it('are run again when it is tried again', () => {
    const played = new PlayedPair(changing).crm({ value: 'v1' }).busy().untilDue();
    expect(played.hooksRun).toEqual(['create', 'create']);
  });

  it('have what they leave compared with what the other side holds', () => {
    const played = inStep('v1', changing);
    played.hooked.set('update:v2', changedTo('v1'));
    expect(played.crm({ value: 'v2' }).outcome).toMatchObject({ status: 7, errorCode: 'echo' });
  });

  it('skip a record that they stop, with their reason', () => {
    const played = new PlayedPair(changing);
    played.hooked.set('create:v1', stopped);
    played.crm({ value: 'v1' });
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({
      status: 7,
      errorClass: null,
      errorCode: 'stopped-by-hook',
      errorMessage: 'Stopped by the hook before: no',
    });
    expect(played.told).toContain('Stopped by the hook before: no');
    expect(played.phase).toBeNull();
  });

  it('stop a void too', () => {
    const played = inStep('v1', changing);
    played.hooked.set('void:v1', stopped);
    played.crm({ value: 'v1' }, { operation: 'void' });
    expect(played.sent).toEqual([]);
    expect(played.outcome.errorCode).toBe('stopped-by-hook');
    expect(played.state.status).toBe(1);
  });

  it.each(['create', 'void'] as const)('that fail have a %s end broken, with file and line', (operation) => {
    const played = operation === 'create' ? new PlayedPair(changing) : inStep('v1', changing);
    played.hooked.set(`${operation}:v1`, failedHook);
    played.crm({ value: 'v1' }, operation === 'void' ? { operation } : {});
    expect(played.sent).toEqual([]);
    expect(played.outcome).toMatchObject({
      status: 5,
      errorClass: 'broken',
      errorCode: 'hook-failed',
      errorMessage: expect.stringContaining('hooks/d.js, line 2'),
    });
    expect(played.state.failed.crm).toBeDefined();
  });
});

describe('a hook after', () => {
  const afters = (played: PlayedPair) => played.effects.filter(({ kind }) => kind === 'after');

  it('is owed once the write is confirmed, with what was written', () => {
    const played = new PlayedPair(following).crm({ value: 'v1' });
    expect(afters(played)).toEqual([]);
    const { syncId } = played.message;
    played.accept();
    expect(afters(played)).toEqual([
      {
        kind: 'after',
        syncId,
        side: 'crm',
        streamId: 's-to-erp',
        operation: 'create',
        destId: 'C1',
        body: { record: expect.objectContaining({ master: expect.objectContaining({ value: 'v1' }) }) },
        at: played.now,
      },
    ]);
  });

  it('is owed by no sync that wrote nothing', () => {
    const played = inStep('v1', following).crm({ value: 'v1' });
    expect(afters(played)).toEqual([]);
    played.crm({ value: 'v2' }).answer({ kind: 'rejected', code: '9', message: 'no' });
    expect(played.outcome.status).toBe(5);
    expect(afters(played)).toEqual([]);
  });

  it('is owed by a stream that has one', () => {
    expect(afters(inStep('v1', changing))).toEqual([]);
  });
});
