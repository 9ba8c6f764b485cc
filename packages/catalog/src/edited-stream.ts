import type { Catalog, Stream } from './catalog.ts';
import { catalogProblems } from './checks.ts';
import { pathText } from './config-error.ts';
import { streamFrom } from './from-forms.ts';
import type { CheckExpression } from './problem.ts';
import { withConfigRevisions } from './revision.ts';
import { streamForm } from './schema.ts';
import { catalogView, type CatalogView } from './view.ts';

export type EditedStream =
  { ok: true; stream: Stream; view: CatalogView } | { ok: false; path: string; message: string };

/**
 * A catalog in which one stream is as somebody is editing it, for trying it out.
 * @param form the stream as a config file says it (contract 6)
 */
export function withEditedStream(
  view: CatalogView,
  form: unknown,
  checkExpression: CheckExpression,
): EditedStream {
  const read = streamForm.safeParse(form);
  if (!read.success) {
    const issue = read.error.issues[0];
    const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)));
    return { ok: false, path: pathText(path), message: `expected ${issue?.message ?? 'a stream'}` };
  }
  // Its hooks are files of the config folder: those in force are run.
  const inForce = view.streams.find(({ id }) => id === read.data.id);
  const edited = streamFrom(read.data, inForce?.hooks);
  const others = view.streams.filter(({ id }) => id !== edited.id);
  const catalog: Catalog = {
    tenants: [...view.tenants],
    erpObjects: [...view.erpObjects],
    streams: [...others, edited],
  };
  const mine = catalogProblems(catalog, checkExpression).find(
    ({ path }) => path[0] === 'streams' && path[1] === others.length,
  );
  if (mine !== undefined) return { ok: false, path: pathText(mine.path.slice(2)), message: mine.message };
  const revised = withConfigRevisions(catalog);
  const stream = revised.streams.at(-1) ?? edited;
  return { ok: true, stream, view: catalogView(revised) };
}
