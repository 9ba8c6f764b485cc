import { z } from 'zod';

/** A schema as the OpenAPI document says it. */
export function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
): { properties?: Record<string, unknown> } {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** A body of that content type. */
export function json(schema: object): object {
  return { 'application/json': { schema } };
}
