import { errorCodes } from '@syncline/contract';
import { json, schemaOf } from './json-schema.ts';
import { passwordBody, sessionSchema, signInBody } from './session-routes.ts';

const { badBody, forbidden, notSignedIn, signInRefused, tooManySignIns } = errorCodes;
const who = { description: 'who is signed in', content: json(schemaOf(sessionSchema, 'output')) };

/** What the OpenAPI document says of signing in and out, which are no lines of the route table. */
export const sessionPaths = {
  '/session': {
    get: {
      summary: 'Who am I, and what may I do',
      responses: { 200: who, ...refusals(notSignedIn) },
    },
    post: {
      summary: 'Signs in; the answer sets a cookie',
      security: [],
      requestBody: { content: json(schemaOf(signInBody, 'input')) },
      responses: { 200: who, ...refusals(badBody, signInRefused, tooManySignIns) },
    },
    delete: {
      summary: 'Signs out: the session ends at once',
      responses: { 200: { description: 'signed out' }, ...refusals(notSignedIn, forbidden) },
    },
  },
  '/session/password': {
    post: {
      summary: 'Changes the own password; all other sessions of the user end',
      requestBody: { content: json(schemaOf(passwordBody, 'input')) },
      responses: { 200: who, ...refusals(badBody, signInRefused, forbidden, tooManySignIns) },
    },
  },
} as const;

function refusals(...codes: { http: number; when: string }[]): Record<number, object> {
  const content = json({ $ref: '#/components/schemas/Refusal' });
  return Object.fromEntries(codes.map(({ http, when }) => [http, { description: when, content }]));
}
