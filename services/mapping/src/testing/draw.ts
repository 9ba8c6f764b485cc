/** Draws from a seeded source, so that a run can be repeated. */
export type Draw = (below: number) => number;

/** mulberry32: a small seeded source. */
export function drawFrom(seed: number): Draw {
  let a = seed >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return below <= 0 ? 0 : ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
