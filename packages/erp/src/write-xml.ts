import { isExactNumber, isJsonObject, type Json } from '@syncline/contract';
import { UnwritableBody } from './body-errors.ts';
import { notXml } from './xml.ts';

// No colon: a prefix would need a namespace declaration that we do not write.
const elementName = /^[\p{L}_][\p{L}\p{N}_.·-]*$/u;

/**
 * Writes a value as one XML element (contract 4): one element per key, arrays as repeated elements.
 *
 * Written here and not by the library's builder, which checks neither names nor characters: `<a b>` and `\0` would
 * leave as they are.
 * @throws UnwritableBody naming the path of what XML cannot carry
 */
export function writeXml(root: string, value: Json): string {
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>'];
  writeElement(parts, root, value, root);
  return parts.join('');
}

function writeElement(parts: string[], name: string, value: Json | undefined, path: string): void {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const itemPath = `${path}[${index}]`;
      if (Array.isArray(item)) throw new UnwritableBody(`${itemPath}: XML cannot carry a list in a list`);
      writeElement(parts, name, item, itemPath);
    }
    return;
  }
  if (!elementName.test(name))
    throw new UnwritableBody(`${path}: "${name.slice(0, 80)}" cannot be an XML element`);
  parts.push('<', name, '>');
  if (isJsonObject(value)) {
    for (const key of Object.keys(value)) writeElement(parts, key, value[key], `${path}.${key}`);
  } else if (value !== null) {
    parts.push(escapeText(isExactNumber(value) ? value.rawJSON : String(value), path));
  }
  parts.push('</', name, '>');
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

function escapeText(text: string, path: string): string {
  if (notXml.test(text) || !text.isWellFormed()) {
    throw new UnwritableBody(`${path}: holds a character that XML cannot carry`);
  }
  // A raw carriage return would be read as a line feed.
  return /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => escapes[character] ?? '') : text;
}
