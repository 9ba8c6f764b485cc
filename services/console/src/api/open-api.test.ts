import { openApiOf, openApiPath } from './open-api.ts';
import { apiRoutes } from './routes.ts';

interface Operation {
  summary: string;
  'x-role': string;
  parameters?: { name: string; in: string; description?: string; schema: Record<string, unknown> }[];
  responses: Record<string, { content: { 'application/json': { schema: Record<string, unknown> } } }>;
}
const document = openApiOf(apiRoutes) as {
  openapi: string;
  paths: Record<string, { get: Operation; post: Operation }>;
};

describe('openApiOf', () => {
  it('describes every route with its role, and each once', () => {
    const paths = ['/session', '/session/password', ...apiRoutes.map(({ path }) => openApiPath(path))];
    expect(Object.keys(document.paths)).toEqual([...new Set(paths)]);
    expect(new Set(apiRoutes.map(({ method, path }) => `${method} ${path}`)).size).toBe(apiRoutes.length);
    for (const { method, path, role } of apiRoutes)
      expect(document.paths[openApiPath(path)]![method]['x-role']).toBe(role);
  });

  it('has every path and query parameter of a route', () => {
    for (const { method, path, query } of apiRoutes) {
      const { parameters = [] } = document.paths[openApiPath(path)]![method];
      const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
      const inQuery = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      expect(inQuery).toEqual(Object.keys(query.shape));
    }
  });

  it('describes what a list takes and answers', () => {
    const { parameters, responses } = document.paths['/tenants/{tenantId}/syncs']!.get;
    const errorClass = parameters!.find(({ name }) => name === 'errorClass')!;
    expect(errorClass.schema).toMatchObject({ type: 'string', enum: expect.arrayContaining(['rejected']) });
    expect(responses['200']!.content['application/json'].schema).toMatchObject({
      type: 'object',
      properties: { items: { type: 'array' }, next: {} },
    });
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '503']),
    );
  });

  it('is JSON that stands for itself', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });
});
