import type { Installation } from './installation.ts';
import { Refused } from './refused.ts';
import { urlOf } from './services.ts';

const limitMs = 20_000;

/** The console's admin API, as a command calls it. What it refuses ends the command in its own words. */
export class ConsoleApi {
  private readonly url: string;

  constructor(installation: Installation) {
    this.url = `${urlOf(installation, 'CONSOLE_PORT')}/api`;
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>(path, { method: 'GET' });
  }

  post<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    return this.ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      const signal = AbortSignal.timeout(limitMs);
      response = await fetch(this.url + path, { ...init, signal, redirect: 'error' });
    } catch {
      throw new Refused(
        `The console at ${this.url} does not answer. Does ./syncline up run, and is CONSOLE_PORT right?`,
      );
    }
    const answer = (await response.json().catch(() => ({}))) as T & { errMsg?: string };
    if (response.ok) return answer;
    throw new Refused(answer.errMsg ?? `The console answers ${response.status}.`);
  }
}
