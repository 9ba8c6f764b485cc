/** An object's OpenAPI document, as far as its page reads it. */
interface OpenApiParameter {
  in: 'header' | 'query';
  name: string;
  description: string;
  required: boolean;
  example?: unknown;
}

export interface OpenApiBody {
  schema: OpenApiSchema;
  example: unknown;
}

export interface OpenApiSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  const?: unknown;
  required?: string[];
  properties?: Record<string, OpenApiSchema>;
  items?: OpenApiSchema;
}

export interface OpenApiOperation {
  operationId: string;
  summary: string;
  description: string;
  parameters: OpenApiParameter[];
  requestBody?: { content: Record<string, OpenApiBody> };
  responses: Record<string, { description: string; content: Record<string, OpenApiBody> }>;
  'x-codeSamples': { label: string; source: string }[];
}

export interface OpenApiDocument {
  info: { title: string; description: string };
  paths: Record<string, { servers: { url: string }[]; get?: OpenApiOperation; post?: OpenApiOperation }>;
}
