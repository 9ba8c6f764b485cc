import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';

/** The ERP's name leads to an address that must not be called. */
class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  readonly code = 'address-refused';
}

// Never an ERP: the services by which clouds hand out credentials, and link-local, where most of them live. Also in the
// forms that translate IPv4 (NAT64, 6to4); `BlockList` itself knows the mapped form ::ffff:a.b.c.d.
const neverErp = new BlockList();
neverErp.addSubnet('169.254.0.0', 16, 'ipv4');
neverErp.addAddress('100.100.100.200', 'ipv4');
neverErp.addAddress('168.63.129.16', 'ipv4');
neverErp.addSubnet('fe80::', 10, 'ipv6');
neverErp.addAddress('fd00:ec2::254', 'ipv6');
neverErp.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
neverErp.addSubnet('2002:a9fe::', 32, 'ipv6');

const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  inside.addSubnet(net, bits, 'ipv4');
}
inside.addSubnet('::', 127, 'ipv6');
inside.addSubnet('fc00::', 7, 'ipv6');

/** Why an address must not be called, or null. The URL parser has already turned decimal and hex forms into dots. */
export function refusalOf(address: string, allowPrivate: boolean): string | null {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (neverErp.check(plain, family)) return `${plain} is a link-local or cloud metadata address`;
  if (!allowPrivate && inside.check(plain, family)) return `${plain} is a loopback or private address`;
  return null;
}

function checkAddress(address: string, allowPrivate: boolean): void {
  const refusal = refusalOf(address, allowPrivate);
  if (refusal !== null) throw new RefusedAddress(`baseUrl leads to ${refusal}, which is refused`);
}

/**
 * Opens connections only to addresses that may be called. The check is on what the name resolved to for this very
 * connection, so a name that changes between check and use (DNS rebinding) gains nothing.
 */
export function checkedConnector(allowPrivate: boolean, connectTimeoutMs: number): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, options, (error, found: string | LookupAddress[], family?: number) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      try {
        for (const one of typeof found === 'string' ? [found] : found) {
          checkAddress(typeof one === 'string' ? one : one.address, allowPrivate);
        }
        callback(null, found, family);
      } catch (refused) {
        callback(refused as RefusedAddress, '', 0);
      }
    });
  };
  const connect = buildConnector({
    lookup,
    timeout: connectTimeoutMs,
    allowH2: false,
  });
  return (options, callback) => {
    try {
      // A literal address is never looked up.
      if (isIP(options.hostname) !== 0) checkAddress(options.hostname, allowPrivate);
      connect(options, callback);
    } catch (error) {
      callback(error as Error, null);
    }
  };
}
