import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson, stringifyJson, type JsonObject } from '@syncline/contract';
import { temporaryFolder } from '../testing/sandbox-process.ts';
import { Journal, type Numbered } from './journal.ts';

interface Note {
  object: string;
  value: JsonObject;
}

const folder = temporaryFolder();
afterAll(folder.remove);

function open(name: string): { journal: Journal<Note>; replayed: Numbered<Note>[]; marks: JsonObject[] } {
  const replayed: Numbered<Note>[] = [];
  const marks: JsonObject[] = [];
  const journal = new Journal<Note>(join(folder.path, name), {
    entry: (entry) => replayed.push(entry),
    mark: (mark) => marks.push(mark),
  });
  return { journal, replayed, marks };
}

const note = (n: number): Note => ({ object: n % 2 === 0 ? 'even' : 'odd', value: { n } });

describe('the journal', () => {
  it('replays entries and marks in the order they were written', () => {
    const first = open('replay');
    first.journal.append(note(1));
    first.journal.mark({ upTo: 1 });
    first.journal.append(note(2));
    first.journal.close();
    const second = open('replay');
    expect(second.replayed).toEqual([
      { seq: 1, ...note(1) },
      { seq: 2, ...note(2) },
    ]);
    expect(second.marks).toEqual([{ upTo: 1 }]);
    expect(second.journal.append(note(3)).seq).toBe(3);
    second.journal.close();
  });

  it('cuts a line that a kill tore, and goes on behind the last whole one', () => {
    const first = open('torn');
    first.journal.append(note(1));
    first.journal.close();
    const path = join(folder.path, 'torn');
    appendFileSync(path, '{"seq":2,"object":"ev');
    const second = open('torn');
    expect(second.replayed).toHaveLength(1);
    second.journal.append(note(2));
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
    expect(second.journal.at(2)).toEqual({ seq: 2, ...note(2) });
    second.journal.close();
  });

  it('pages through entries with and without a filter', () => {
    const { journal } = open('pages');
    for (let n = 1; n <= 2500; n += 1) journal.append(note(n));
    const page = journal.read({ after: 1000, limit: 3 });
    expect(page).toMatchObject({ next: 1003, last: 2500 });
    expect(page.entries.map(({ seq }) => seq)).toEqual([1001, 1002, 1003]);
    const even = journal.read({ after: 2490, limit: 100, matches: ({ object }) => object === 'even' });
    expect(even.entries.map(({ seq }) => seq)).toEqual([2492, 2494, 2496, 2498, 2500]);
    expect(even.next).toBe(2500);
    journal.close();
  });

  it('keeps any key and every digit', () => {
    const value = parseJson('{"__proto__":{"a":1},"long":12345678901234567890,"money":1.10}') as JsonObject;
    const first = open('exact');
    first.journal.append({ object: 'x', value });
    first.journal.close();
    const second = open('exact');
    expect(stringifyJson(second.replayed[0]?.value)).toBe(stringifyJson(value));
    second.journal.close();
  });
});
