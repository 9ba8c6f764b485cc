import { createAddressRule, defaultPrivateNetworks } from './address-check.ts';

const everything = createAddressRule(['0.0.0.0/0', '::/0']);
const usual = createAddressRule(defaultPrivateNetworks);
const one = createAddressRule(['10.1.0.0/16', 'fd12::/16', '127.0.0.1']);
const none = createAddressRule([]);

describe('the rule for addresses of ERPs', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b::100.100.100.200',
    '2002:a9fe:a9fe::1',
    '2002:6464:64c8::',
    '::ffff:0:169.254.169.254',
  ])('refuses %s whatever is allowed', (address) => {
    for (const rule of [everything, usual, none]) expect(rule(address)).toContain('metadata address');
  });

  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '::1', 'fd12::1', '::ffff:127.0.0.1'])(
    'refuses %s unless its network is allowed, which it is by default',
    (address) => {
      expect(usual(address)).toBeNull();
      expect(none(address)).toContain('ERP_PRIVATE_NETWORKS');
    },
  );

  it.each([
    ['10.1.2.3', true],
    ['10.2.0.1', false],
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['fd12::1', true],
    ['fd13::1', false],
    ['::ffff:10.1.0.1', true],
    ['::ffff:10.2.0.1', false],
    ['64:ff9b::10.1.0.1', true],
    ['64:ff9b::10.2.0.1', false],
    ['2002:a01:1::', true],
    ['2002:a02:1::', false],
    ['::1', false],
  ])('holds %s against the networks that are allowed: %s', (address, isAllowed) => {
    expect(one(address) === null).toBe(isAllowed);
  });

  it.each(['0.0.0.0', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'])(
    'refuses %s by default',
    (address) => {
      expect(usual(address)).toContain('reserved address');
    },
  );

  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '64:ff9b::8.8.8.8', '2002:808:808::1'])(
    'allows %s',
    (address) => {
      for (const rule of [usual, none]) expect(rule(address)).toBeNull();
    },
  );
});
