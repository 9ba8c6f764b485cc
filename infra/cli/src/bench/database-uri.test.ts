import { databaseUri } from './database-uri.ts';

describe('databaseUri', () => {
  it('names another database of the same store', () => {
    expect(databaseUri('mongodb://127.0.0.1:27017', 'b')).toBe('mongodb://127.0.0.1:27017/b');
    expect(databaseUri('mongodb://a:1,b:2/syncline?replicaSet=r', 'b')).toBe(
      'mongodb://a:1,b:2/b?replicaSet=r',
    );
  });

  it('keeps the database in which the user is looked up', () => {
    expect(databaseUri('mongodb://u:p@a/users', 'b')).toBe('mongodb://u:p@a/b?authSource=users');
    expect(databaseUri('mongodb://u:p@a/?authSource=x', 'b')).toBe('mongodb://u:p@a/b?authSource=x');
  });
});
