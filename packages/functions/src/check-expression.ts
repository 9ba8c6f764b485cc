import jsonata from 'jsonata';
import { messageOf } from './run-expressions.ts';

/** Says what keeps a text from being JSONata, or null when it is. Parses only; nothing is evaluated. */
export function checkExpression(source: string): string | null {
  try {
    jsonata(source);
    return null;
  } catch (error) {
    const position = (error as { position?: unknown }).position;
    return typeof position === 'number'
      ? `${messageOf(error)} (at character ${String(position)})`
      : messageOf(error);
  }
}
