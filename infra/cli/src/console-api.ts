import type { Installation } from './installation.ts';
import { readOperatorKey } from './operator-key.ts';
import { Refused } from './refused.ts';
import { urlOf } from './services.ts';

const usualLimitMs = 20_000;

/** The console's admin API, as a command calls it. What it refuses ends the command in its own words. */
export class ConsoleApi {
  readonly #installation: Installation;
  readonly #url: string;
  readonly #limitMs: number;
  #key: Promise<string> | null = null;

  /** @param limitMs how long the store may take to give the key, and each answer to come */
  constructor(installation: Installation, limitMs = usualLimitMs) {
    this.#installation = installation;
    this.#url = `${urlOf(installation, 'CONSOLE_PORT')}/api`;
    this.#limitMs = limitMs;
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>(path, { method: 'GET' });
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#ask<T>(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    this.#key ??= readOperatorKey(this.#installation, this.#limitMs);
    const headers = { 'content-type': 'application/json', 'operator-key': await this.#key };
    let response: Response;
    try {
      const signal = AbortSignal.timeout(this.#limitMs);
      response = await fetch(this.#url + path, { ...init, headers, signal, redirect: 'error' });
    } catch {
      throw new Refused(
        `The console at ${this.#url} does not answer. Does ./syncline up run, and is CONSOLE_PORT right?`,
      );
    }
    const answer = (await response.json().catch(() => ({}))) as T & { errMsg?: string };
    if (response.ok) return answer;
    throw new Refused(answer.errMsg ?? `The console answers ${response.status}.`);
  }
}
