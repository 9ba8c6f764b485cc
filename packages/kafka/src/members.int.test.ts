import { eventually } from '@syncline/testkit';
import { startMember, type Member, type MemberEvent } from './testing/member.ts';
import { Place } from './testing/place.ts';

const { jest } = import.meta;
jest.setTimeout(120_000);

describe('the members of a group', () => {
  let place: Place;
  const members: Member[] = [];
  const join = async (name: string, groupId: string, work = '1'): Promise<Member> => {
    const member = startMember(place, { name, groupId, work });
    members.push(member);
    await member.ready;
    return member;
  };
  const events = (): MemberEvent[] => members.flatMap((member) => member.events);
  const ended = (): Set<string> =>
    new Set(
      events()
        .filter(({ what }) => what === 'end')
        .map(({ value }) => value),
    );

  beforeEach(async () => {
    place = new Place();
    await place.kafka.ensureTopics();
  });
  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.kill()));
    await place.stop();
  });

  it('take over within seconds what one held that was killed, and handle its unfinished messages', async () => {
    const groupId = place.group();
    const producer = await place.producer();
    const victim = await join('victim', groupId, "message.value.toString() === 'slow' ? 600_000 : 1");
    const values = Array.from({ length: 200 }, (_, index) => (index % 20 === 7 ? 'slow' : String(index)));
    await producer.publish(
      values.map((value, index) => ({
        topic: 'crm.events',
        key: `k${index}`,
        value: value === 'slow' ? 'slow' : value,
      })),
    );
    await eventually(() => victim.events.filter(({ what }) => what === 'end').length === 190);
    await victim.kill();
    const killedAt = Date.now();
    await join('heir', groupId);
    await place.caughtUp(groupId);
    expect(Date.now() - killedAt).toBeLessThan(20_000);
    const heir = members[1]?.events.filter(({ what }) => what === 'end') ?? [];
    expect(heir.filter(({ value }) => value === 'slow')).toHaveLength(10);
  });

  it('lose nothing and keep each key in order while they come and go under load', async () => {
    const groupId = place.group();
    const producer = await place.producer();
    const keys = 60;
    let sent = 0;
    const sending = new AbortController();
    const load = (async () => {
      while (!sending.signal.aborted) {
        const batch = Array.from({ length: 20 }, () => {
          const value = String(sent++);
          return { topic: 'crm.events' as const, key: `k${Number(value) % keys}`, value };
        });
        await producer.publish(batch);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    const work = '5 + Math.random() * 20';
    const first = await join('first', groupId, work);
    await eventually(() => ended().size > 200);
    const second = await join('second', groupId, work);
    await join('third', groupId, work);
    await eventually(() => members.every((member) => member.events.some(({ what }) => what === 'end')), {
      withinMs: 30_000,
    });
    await first.stop();
    const before = ended().size;
    await eventually(() => ended().size > before + 200, { withinMs: 30_000 });
    await second.kill();
    await eventually(() => ended().size > before + 800, { withinMs: 40_000 });
    sending.abort();
    await load;
    await place.caughtUp(groupId, 40_000);
    expect(ended().size).toBe(sent);
    expect(outOfOrder(events(), keys)).toEqual([]);
  });

  it('undo nothing that others did when one wakes up that was frozen for longer than its time', async () => {
    const groupId = place.group();
    const producer = await place.producer();
    const frozen = await join('frozen', groupId, '20');
    let sent = 0;
    const send = (count: number): Promise<void> =>
      producer.publish(
        Array.from({ length: count }, () => ({
          topic: 'crm.events',
          key: `k${sent % 30}`,
          value: String(sent++),
        })),
      );
    await send(600);
    await eventually(() => ended().size > 100);
    frozen.signal('SIGSTOP');
    await join('awake', groupId, '1');
    await send(300);
    await place.caughtUp(groupId, 30_000);
    const before = await place.kafka.lag([groupId]);
    frozen.signal('SIGCONT');
    await send(300);
    await eventually(() => ended().size === sent, { withinMs: 30_000 });
    await place.caughtUp(groupId, 30_000);
    const after = await place.kafka.lag([groupId]);
    for (const [index, { committed }] of before.entries()) {
      expect(after[index]?.committed ?? 0).toBeGreaterThanOrEqual(committed ?? 0);
    }
    expect(outOfOrder(events(), 30)).toEqual([]);
  });
});

/**
 * Repeats are allowed, and one member may repeat what another has done; but within one member each key goes up,
 * but for a step back to where a repeat begins, and no message begins while one of its key runs there.
 */
function outOfOrder(events: MemberEvent[], keys: number): string[] {
  const wrong: string[] = [];
  for (const member of new Set(events.map((event) => event.member))) {
    const running = new Set<string>();
    const last = new Map<string, number>();
    for (const { what, key, value } of events.filter((event) => event.member === member)) {
      if (what === 'end') running.delete(key);
      if (what !== 'begin') continue;
      if (running.has(key)) wrong.push(`${member}: two of ${key}`);
      running.add(key);
      const before = last.get(key);
      if (before !== undefined && Number(value) > before + keys) {
        // It may have been handled elsewhere meanwhile: then somebody else has ended what lies between.
        for (let between = before + keys; between < Number(value); between += keys) {
          const isElsewhere = events.some(
            (e) => e.what === 'end' && e.value === String(between) && e.member !== member,
          );
          if (!isElsewhere) wrong.push(`${member}: ${key} went from ${before} to ${value}`);
        }
      }
      last.set(key, Number(value));
    }
  }
  return wrong;
}
