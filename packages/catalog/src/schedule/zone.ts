// A wall time is what the clocks of a zone show, written as if it were UTC: ms since 1970, so that days and minutes are
// plain arithmetic.

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** The wall time at an instant. */
export function wallOf(at: number, zone: string): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

function offsetAt(at: number, zone: string): number {
  return wallOf(at, zone) - at;
}

/** How the wall times of one day become instants. */
export interface DayClock {
  /**
   * The instants at which the clocks show `wall`: two where they were set back. Where they were set forward over it,
   * the one that lies as far behind the change as `wall` would have (02:30 becomes 03:30).
   */
  instantsOf(wall: number): number[];
}

/** Further than any zone lies from UTC. */
const farMs = 15 * 60 * minuteMs;

/** @param day wall time of its midnight */
export function dayClock(day: number, zone: string): DayClock {
  const before = offsetAt(day - farMs, zone);
  const after = offsetAt(day + dayMs + farMs, zone);
  if (before === after) return { instantsOf: (wall) => [wall - before] };
  return {
    instantsOf(wall) {
      const possible = [wall - Math.max(before, after), wall - Math.min(before, after)];
      const real = possible.filter((at) => wallOf(at, zone) === wall);
      return real.length > 0 ? real : [wall - before];
    },
  };
}

/** The midnight of a wall time's day. */
export function dayOf(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}
