/** Where the user is: `#/t/TENANT/VIEW/ID?filter=…`. All of it is in the address, so that it can be kept and sent on. */

/** @returns {{ tenant: string | null, view: string, id: string | null, query: Record<string, string> }} */
export function readPlace(hash = location.hash) {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const segments = path
    .split('/')
    .filter((one) => one !== '')
    .map(decode);
  const query = Object.fromEntries(new URLSearchParams(search));
  const [tenant, rest] = segments[0] === 't' ? [segments[1] ?? null, segments.slice(2)] : [null, segments];
  return { tenant, view: rest[0] ?? 'overview', id: rest[1] ?? null, query };
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The address of a place. */
export function hashOf({ tenant = null, view = 'overview', id = null, query = {} }) {
  const segments = [...(tenant === null ? [] : ['t', tenant]), view, ...(id === null ? [] : [id])];
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(given).toString();
  return `#/${segments.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}
