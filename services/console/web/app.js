import { ApiProblem, read } from './api.js';
import { h, isBeingRead, replaceContent } from './dom.js';
import { time } from './format.js';
import { hashOf, readPlace } from './place.js';
import { createRefresher } from './refresh.js';
import { deadLettersView } from './views/dead-letters.js';
import { mappingView, mappingsView } from './views/mappings.js';
import { overviewView } from './views/overview.js';
import { pollsView } from './views/polls.js';
import { streamsView } from './views/streams.js';
import { syncView, syncsView } from './views/syncs.js';

/** Sections, in the order of the menu. One with `one` shows a single thing when the address names it. */
const sections = [
  { view: 'overview', label: 'Overview', list: overviewView },
  { view: 'streams', label: 'Streams', list: streamsView },
  { view: 'syncs', label: 'Syncs', list: syncsView, one: syncView },
  { view: 'mappings', label: 'Mappings', list: mappingsView, one: mappingView },
  { view: 'polls', label: 'Polls', list: pollsView },
  { view: 'dead-letters', label: 'Dead letters', list: deadLettersView },
];

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const tenantSelect = document.getElementById('tenant');
const pauseButton = document.getElementById('pause');
const pulse = document.getElementById('pulse');
const problem = document.getElementById('problem');

const results = h('div', { class: 'results' });
let place = readPlace();
let section = sections[0];
let tenants = [];
/** counts visits: an answer that comes after its place was left is dropped */
let visit = 0;

const refresher = createRefresher(async (signal) => {
  const own = visit;
  try {
    tenants = (await read(['tenants'], { limit: 200 }, signal)).items;
    if (own !== visit) return;
    showTenants();
    await showView(signal, own);
    showProblem(null);
    pulse.textContent = time(Date.now());
    pulse.classList.remove('stale');
  } catch (error) {
    if (signal.aborted || own !== visit) return;
    showProblem(error instanceof ApiProblem ? error.message : `This page failed: ${error}`);
    pulse.classList.add('stale');
    if (error instanceof ApiProblem && error.status === 404) replaceContent(results, [nothingHere()]);
  }
});

function viewOf() {
  return place.id !== null && section.one ? section.one : section.list;
}

async function showView(signal, own) {
  if (place.tenant === null) {
    replaceContent(results, [
      h('p', { class: 'empty' }, 'No tenant is configured yet: ./syncline apply DIR applies a folder.'),
    ]);
    return;
  }
  const view = viewOf();
  const context = {
    place,
    tenants,
    go,
    read: (segments, query) => read(segments, query, signal),
    ofTenant: (segments, query) => read(['tenants', place.tenant, ...segments], query, signal),
  };
  const found = await view.load(context);
  if (own !== visit || (results.hasChildNodes() && isBeingRead(results))) return;
  replaceContent(results, view.render(found, context));
}

function nothingHere() {
  return h(
    'p',
    { class: 'empty' },
    'There is nothing at this address. It may have been removed, or belong to another tenant.',
  );
}

/** The same place with some of its query changed. */
function go(change) {
  location.hash = hashOf({ ...place, id: null, query: { ...place.query, ...change } });
}

function showTenants() {
  const chosen = tenants.some(({ id }) => id === place.tenant)
    ? place.tenant
    : (place.tenant ?? tenants[0]?.id ?? null);
  place = { ...place, tenant: chosen };
  const known = tenants.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`]);
  const wanted = JSON.stringify([known, chosen]);
  if (tenantSelect.dataset.shown !== wanted) {
    tenantSelect.dataset.shown = wanted;
    tenantSelect.replaceChildren(
      ...known.map(([id, text]) => h('option', { value: id, selected: id === chosen }, text)),
    );
  }
  tenantSelect.disabled = tenants.length === 0;
  showNav();
}

function showNav() {
  const items = sections.map(({ view, label }) =>
    h(
      'a',
      {
        href: hashOf({ tenant: place.tenant, view }),
        'aria-current': view === section.view && 'page',
        'data-key': view,
      },
      label,
    ),
  );
  replaceContent(nav, items);
}

function showProblem(message) {
  problem.hidden = message === null;
  if (message !== null && problem.textContent !== message) problem.textContent = message;
}

function arrive() {
  const before = place;
  place = readPlace();
  if (place.tenant === null) place.tenant = before.tenant;
  section = sections.find(({ view }) => view === place.view) ?? sections[0];
  visit += 1;
  document.title = `${section.label} · Syncline`;
  showNav();
  const isElsewhere = before.view !== place.view || before.id !== place.id || !main.contains(results);
  if (isElsewhere) {
    results.replaceChildren(h('p', { class: 'empty' }, 'Loading…'));
    main.replaceChildren(results);
    window.scrollTo(0, 0);
  }
  void refresher.run();
}

tenantSelect.addEventListener('change', () => {
  location.hash = hashOf({ tenant: tenantSelect.value, view: section.view });
});

pauseButton.addEventListener('click', () => {
  const isPaused = pauseButton.getAttribute('aria-pressed') !== 'true';
  pauseButton.setAttribute('aria-pressed', String(isPaused));
  pauseButton.textContent = isPaused ? 'Resume' : 'Pause';
  pulse.classList.toggle('paused', isPaused);
  refresher.setPaused(isPaused);
});

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});

window.addEventListener('hashchange', arrive);
arrive();
