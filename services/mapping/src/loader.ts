/**
 * Look-ups that are asked for side by side share one request, and one batch asks for each key once.
 * @param fetchMany answers the keys it finds
 */
export function createLoader<T>(
  fetchMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (key: string) => Promise<T | undefined> {
  const asked = new Map<string, Promise<T | undefined>>();
  let collecting: { keys: string[]; answer: Promise<ReadonlyMap<string, T>> } | null = null;

  const join = (key: string): Promise<T | undefined> => {
    if (collecting === null) {
      const keys: string[] = [];
      const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        collecting = null;
        return fetchMany(keys);
      });
      collecting = { keys, answer };
    }
    collecting.keys.push(key);
    return collecting.answer.then((found) => found.get(key));
  };

  return (key) => {
    const known = asked.get(key);
    if (known !== undefined) return known;
    const answer = join(key);
    asked.set(key, answer);
    return answer;
  };
}
