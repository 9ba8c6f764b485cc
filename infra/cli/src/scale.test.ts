import { instanceNames, parseScale } from './scale.ts';

describe('parseScale', () => {
  it('runs each service once by default', () => {
    expect(parseScale(undefined)).toEqual({ receiver: 1, poller: 1, mapping: 1, pusher: 1 });
  });

  it('takes several services', () => {
    expect(parseScale('pusher=2, mapping=3')).toEqual({ receiver: 1, poller: 1, mapping: 3, pusher: 2 });
  });

  it.each(['console=2', 'pusher', 'pusher=0', 'pusher=33', 'pusher=1.5', 'pusher=two', 'pusher=2=3', 'x'])(
    'refuses %s, naming it',
    (text) => {
      expect(() => parseScale(text)).toThrow(`"${text}"`);
    },
  );
});

describe('instanceNames', () => {
  it('numbers all but the first', () => {
    expect(instanceNames('pusher', 3)).toEqual(['pusher', 'pusher-2', 'pusher-3']);
  });
});
