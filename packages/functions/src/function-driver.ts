// Erasable TypeScript, as the sandbox runs from source too.

/** Runs before the function, so it holds the real JSON whatever the function does to its own. */
export const driver = `(() => {
  const { parse, stringify } = JSON;
  const { keys, create, defineProperty } = Object;
  const { isArray } = Array;
  const write = host.log;
  const call = host.call;
  delete globalThis.host;
  const results = new WeakMap();
  const show = (value) => results.get(value) ?? (typeof value === 'string' ? value : String(stringify(value)));
  const log = (...values) => write(values.map(show).join(' '));
  Object.assign(log, { debug: log, info: log, warn: log, error: log });
  globalThis.log = log;
  globalThis.console = { log, debug: log, info: log, warn: log, error: log };
  const shownAs = (value, text) => {
    results.set(value, text);
    defineProperty(value, 'toString', { value: () => text });
  };
  const callAPI = (name, header, params) => {
    const result = parse(call(stringify({ name, header, params })));
    const [failed, http, message] = result;
    const text = 'HttpResult(statusCode=' + http.statusCode + ', content=' + http.content + ', bytes=' + http.bytes + ')';
    shownAs(http, text);
    shownAs(result, '[' + failed + ', ' + text + ', ' + message + ']');
    return result;
  };
  globalThis.Fx = { log, proxy: { callAPI } };
  // Marks the rows of a hook's details. A symbol is copied by a spread, and no text of the row shows it.
  const place = Symbol('place');
  const mark = (details) => {
    for (const name of keys(details)) for (let i = 0; i < details[name].length; i += 1) details[name][i][place] = i;
  };
  const placesOf = (details) => {
    const places = create(null);
    if (typeof details !== 'object' || details === null) return places;
    for (const name of keys(details)) {
      if (!isArray(details[name])) continue;
      places[name] = [];
      for (let i = 0; i < details[name].length; i += 1) {
        const at = details[name][i]?.[place];
        places[name][i] = typeof at === 'number' ? at : -1;
      }
    }
    return places;
  };
  return {
    adapt: (adapt, input, raw) => adapt({ ...parse(input), raw }),
    hook: (execute, text) => {
      const arg = parse(text);
      mark(arg.details);
      return execute(arg);
    },
    script: (execute, text) => execute(parse(text)),
    text: (value) => (value === undefined ? 'null' : stringify(value)),
    hookText: (value) => (value === undefined || value === null ? 'null' : stringify({ value, places: placesOf(value.details) })),
  };
})()`;
