const svgNamespace = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Children become text nodes or are nodes already: nothing is ever read as HTML.
 * @param {string} tag
 * @param {Record<string, unknown>} properties attributes; `onclick` and the like take functions; null and false leave out
 * @param {...unknown} children nodes, texts, numbers, lists of them; null and false are left out
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodesOf(children));
  return element;
}

function nodesOf(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/**
 * Replaces what is in `container`, apart from parts that are the same as before: what someone types there or has opened
 * stays. In the others, what was open is open again and what had the focus has it again, known by their `data-key`.
 */
export function replaceContent(container, nodes) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = new Set(
    [...container.querySelectorAll('details[open][data-key]')].map((one) => one.dataset.key),
  );
  replaceChanged(container, nodesOf([nodes]));
  for (const details of container.querySelectorAll('details[data-key]')) {
    if (open.has(details.dataset.key)) details.open = true;
  }
  if (focused === undefined || container.contains(document.activeElement)) return;
  const again = [...container.querySelectorAll('[data-key]')].find((one) => one.dataset.key === focused);
  again?.focus({ preventScroll: true });
}

function replaceChanged(container, fresh) {
  const old = [...container.childNodes];
  fresh.forEach((node, index) => {
    const before = old[index];
    if (before === undefined) container.append(node);
    else if (!before.isEqualNode(node)) before.replaceWith(node);
  });
  for (const surplus of old.slice(fresh.length)) surplus.remove();
}

/** Does the user select text in it just now? Then it is not replaced under their hands. */
export function isBeingRead(container) {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && container.contains(selection.anchorNode);
}
