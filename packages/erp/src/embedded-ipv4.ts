/** An IPv6 address as its eight numbers of 16 bits. It must be one. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain =
    dotted === null ? address : `${dotted[1] ?? ''}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [before = [], after = []] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => parseInt(group, 16));
}

function hex(high: string | undefined, low: string | undefined): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}

function dottedOf(high: number | undefined, low: number | undefined): string {
  const [a = 0, b = 0] = [high, low];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/**
 * The IPv4 address that a packet to this IPv6 address ends at, where a router or the system translates it: mapped and
 * compatible forms, NAT64, 6to4. Null: none.
 */
export function embeddedIpv4(address: string): string | null {
  const [a, b, c, d, e, f, g, h] = groupsOf(address);
  const isZero = (...groups: (number | undefined)[]): boolean => groups.every((group) => group === 0);
  if (isZero(a, b, c, d, e) && f === 0xffff) return dottedOf(g, h);
  if (isZero(a, b, c, d) && e === 0xffff && f === 0) return dottedOf(g, h);
  // The well-known prefix, and the local one, which may stand before any network.
  if (a === 0x64 && b === 0xff9b) return dottedOf(g, h);
  if (a === 0x2002) return dottedOf(b, c);
  return isZero(a, b, c, d, e, f) && !isUnspecifiedOrLoopback(g, h) ? dottedOf(g, h) : null;
}

/** `::` and `::1`, by their last two numbers. */
function isUnspecifiedOrLoopback(g: number | undefined, h: number | undefined): boolean {
  return g === 0 && (h === 0 || h === 1);
}
