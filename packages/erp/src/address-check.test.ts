import { refusalOf } from './address-check.ts';

describe('refusalOf', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
  ])('refuses %s whatever the setting', (address) => {
    expect(refusalOf(address, true)).not.toBeNull();
    expect(refusalOf(address, false)).not.toBeNull();
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fd12::1',
    '::ffff:127.0.0.1',
  ])('refuses %s only where private addresses are not allowed', (address) => {
    expect(refusalOf(address, true)).toBeNull();
    expect(refusalOf(address, false)).not.toBeNull();
  });

  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('allows %s', (address) => {
    expect(refusalOf(address, false)).toBeNull();
  });
});
