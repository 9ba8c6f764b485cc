import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Seat } from './seat.ts';

describe('Seat', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'syncline-seat-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  it('is had by one process, which the next one is told of', () => {
    expect(new Seat(home).take()).toBeNull();
    expect(new Seat(home).take()).toMatchObject({ pid: process.pid, ready: false });
  });

  it('is free again when its process released it', () => {
    const seat = new Seat(home);
    seat.take();
    seat.release();
    expect(seat.holder()).toBeNull();
    expect(new Seat(home).take()).toBeNull();
  });

  it('is free when its process was killed, even if another has its number by now', () => {
    const dead = { pid: process.pid, startToken: 'another boot/1', startedAt: 0, ready: true };
    writeFileSync(join(home, 'supervisor.json'), JSON.stringify(dead));
    const seat = new Seat(home);
    expect(seat.holder()).toBeNull();
    expect(seat.take()).toBeNull();
    expect(seat.holder()).toMatchObject({ pid: process.pid });
  });

  it('is free when its file was cut short', () => {
    writeFileSync(join(home, 'supervisor.json'), '');
    expect(new Seat(home).take()).toBeNull();
  });

  it('tells others when everything is ready', () => {
    const seat = new Seat(home);
    seat.take();
    seat.markReady();
    expect(new Seat(home).holder()).toMatchObject({ ready: true });
  });

  it('stays with the process that has it when another releases', () => {
    const other = { pid: process.ppid, startToken: 'x', startedAt: 0, ready: true };
    writeFileSync(join(home, 'supervisor.json'), JSON.stringify(other));
    new Seat(home).release();
    expect(existsSync(join(home, 'supervisor.json'))).toBe(true);
  });
});
