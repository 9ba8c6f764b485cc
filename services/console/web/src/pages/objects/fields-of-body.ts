import type { OpenApiSchema } from '../../api/open-api-shapes.ts';

export interface BodyField {
  path: string;
  type: string;
  required: boolean;
  description: string;
}

/** Every field of a body by its path; `[]` stands for the rows of a list. */
export function bodyFieldsOf(schema: OpenApiSchema, path = ''): BodyField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = path === '' ? name : `${path}.${name}`;
    if (field.properties !== undefined) return bodyFieldsOf(field, own);
    if (field.items?.properties !== undefined) return bodyFieldsOf(field.items, `${own}[]`);
    const description =
      field.const === undefined
        ? (field.description ?? field.title ?? '')
        : `= ${JSON.stringify(field.const)}`;
    return [{ path: own, type: typeText(field), required: required.has(name), description }];
  });
}

function typeText({ type, items }: OpenApiSchema): string {
  if (type === undefined) return 'any';
  if (type === 'array') return `${items === undefined ? 'any' : typeText(items)}[]`;
  return Array.isArray(type) ? type.join(' | ') : type;
}
