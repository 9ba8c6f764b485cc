import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { embeddedIpv4 } from './embedded-ipv4.ts';

/** The ERP's name leads to an address that must not be called. */
class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  readonly code = 'address-refused';
}

/** Where ERPs may stand beside the Internet, unless ERP_PRIVATE_NETWORKS says otherwise. */
export const defaultPrivateNetworks = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  '::1/128',
];

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

// Never an ERP: the services by which clouds hand out credentials, and link-local, where most of them live.
const neverErp = listOf([
  '169.254.0.0/16',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fe80::/10',
  'fd00:ec2::254',
]);

// All that is not the Internet (the special-purpose registries of IANA): only what is allowed of it.
const notInternet = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/127',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
  'fec0::/10',
  'ff00::/8',
]);

/** Says why an address must not be called; null: it may be. */
export type AddressRule = (address: string) => string | null;

/**
 * The URL parser has already turned decimal, octal and hex forms into dots; IPv4 in IPv6 counts as what it leads to.
 * @param privateNetworks that are allowed of those that are not the Internet
 */
export function createAddressRule(privateNetworks: readonly string[]): AddressRule {
  const allowed = listOf(privateNetworks);
  return (address) => {
    const plain = address.replace(/%.*$/, '');
    const leadsTo = isIP(plain) === 6 ? (embeddedIpv4(plain) ?? plain) : plain;
    const family = familyOf(leadsTo);
    if (neverErp.check(leadsTo, family)) return `${plain} is a link-local or cloud metadata address`;
    if (!notInternet.check(leadsTo, family) || allowed.check(leadsTo, family)) return null;
    return `${plain} is a loopback, private or reserved address outside ERP_PRIVATE_NETWORKS`;
  };
}

/**
 * Opens connections only to addresses that may be called. The check is on what the name resolved to for this very
 * connection, so a name that changes between check and use (DNS rebinding) gains nothing.
 */
export function checkedConnector(rule: AddressRule, connectTimeoutMs: number): buildConnector.connector {
  const checkAddress = (address: string): void => {
    const refusal = rule(address);
    if (refusal !== null) throw new RefusedAddress(`baseUrl leads to ${refusal}, which is refused`);
  };
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, options, (error, found: string | LookupAddress[], family?: number) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      try {
        for (const one of typeof found === 'string' ? [found] : found) {
          checkAddress(typeof one === 'string' ? one : one.address);
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
      if (isIP(options.hostname) !== 0) checkAddress(options.hostname);
      connect(options, callback);
    } catch (error) {
      callback(error as Error, null);
    }
  };
}
