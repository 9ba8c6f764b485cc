import {
  isEmpty,
  isJsonObject,
  parseJson,
  RefusedRequest,
  textOf,
  type Json,
  type JsonObject,
} from '@syncline/contract';

/** The parameters of one call: the JSON body, read by name. Ids compare as text, so numbers are taken as their digits. */
export class Parameters {
  private readonly fields: JsonObject;

  constructor(fields: JsonObject) {
    this.fields = fields;
  }

  /** @throws RefusedRequest s306240006 when the body is not a JSON object */
  static parse(body: string): Parameters {
    let json: Json;
    try {
      json = parseJson(body);
    } catch {
      throw new RefusedRequest('badBody', '$: the body is not JSON');
    }
    if (!isJsonObject(json)) throw new RefusedRequest('badBody', '$: the body is not a JSON object');
    return new Parameters(json);
  }

  private get(name: string): Json | undefined {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  /** A text, or undefined when it is absent or empty. */
  optional(name: string): string | undefined {
    const value = this.get(name);
    if (isEmpty(value)) return undefined;
    if (isJsonObject(value) || Array.isArray(value))
      throw new RefusedRequest('badBody', `$.${name}: expected a text`);
    const text = textOf(value);
    if (Buffer.byteLength(text) > 512)
      throw new RefusedRequest('badBody', `$.${name}: longer than 512 bytes`);
    return text;
  }

  required(name: string): string {
    const text = this.optional(name);
    if (text === undefined) throw new RefusedRequest('badBody', `$.${name}: is required`);
    return text;
  }

  /** One of a few words. */
  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const text = this.required(name);
    const word = words.find((one) => one === text);
    if (word === undefined)
      throw new RefusedRequest('badBody', `$.${name}: expected one of ${words.join(', ')}`);
    return word;
  }

  /** A list of ids, at most `most`. */
  list(name: string, most: number): string[] {
    const value = this.get(name);
    if (!Array.isArray(value)) throw new RefusedRequest('badBody', `$.${name}: expected a list of ids`);
    if (value.length > most)
      throw new RefusedRequest(
        'badBody',
        `$.${name}: ${String(value.length)} ids; a query takes at most ${String(most)}, so send several`,
      );
    return value.map((one, i) => {
      const text = isJsonObject(one) || Array.isArray(one) ? '' : textOf(one);
      if (text === '') throw new RefusedRequest('badBody', `$.${name}[${String(i)}]: expected an id`);
      return text;
    });
  }
}
