import { isJsonObject, textOf, type Json } from '@syncline/contract';
import type { DataCenter } from '../catalog.ts';

export type Format = DataCenter['format'];

export const mediaTypes: Record<Format, string> = {
  json: 'application/json',
  xml: 'application/xml',
  text: 'text/plain',
};

/** An example as a person reads it and an ERP takes it: indented JSON, or XML in the form of contract 4. */
export function exampleText(format: Format, example: Json): string {
  if (format !== 'xml') return JSON.stringify(example, null, 2);
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...xmlLines('syncData', example, '')].join('\n');
}

function xmlLines(name: string, value: Json, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => xmlLines(name, one, indent));
  if (!isJsonObject(value)) return [`${indent}<${name}>${escaped(textOf(value))}</${name}>`];
  const inner = Object.entries(value).flatMap(([key, one]) => xmlLines(key, one, `${indent}  `));
  return [`${indent}<${name}>`, ...inner, `${indent}</${name}>`];
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
