import { uniquePlace, withDatabase } from './unique-place.ts';

describe('uniquePlace', () => {
  it('keeps the server and its options, with a database of its own', () => {
    const place = uniquePlace({
      kafkaBrokers: ['a:1'],
      mongodbUri: 'mongodb://u:p@b:2,c:3/old?replicaSet=rs0',
    });
    expect(place.kafkaBrokers).toEqual(['a:1']);
    expect(place.mongodbUri).toMatch(/^mongodb:\/\/u:p@b:2,c:3\/syncline_t[0-9a-f]{12}\?replicaSet=rs0$/);
  });
});

describe('withDatabase', () => {
  it.each([
    ['mongodb://a:1', 'mongodb://a:1/d'],
    ['mongodb://a:1/', 'mongodb://a:1/d'],
    ['mongodb://a:1?x=y', 'mongodb://a:1/d?x=y'],
    ['mongodb+srv://a/b', 'mongodb+srv://a/d'],
  ])('names the database in %s', (uri, wanted) => {
    expect(withDatabase(uri, 'd')).toBe(wanted);
  });
});
