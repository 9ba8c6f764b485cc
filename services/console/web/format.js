const timeOnly = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const minuteOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const numbers = new Intl.NumberFormat('en-GB');

export const number = (value) => (value === null || value === undefined ? '–' : numbers.format(value));

/** The time of day, with the date when it is not today. */
export function time(ms) {
  if (ms === null || ms === undefined || ms === 0) return '–';
  const date = new Date(ms);
  return (date.toDateString() === new Date().toDateString() ? timeOnly : dateAndTime).format(date);
}

export const fullTime = (ms) => dateAndTime.format(new Date(ms));
export const minute = (ms) => minuteOnly.format(new Date(ms));

/** How long from now: `in 3 min`, `now`. */
export function untilText(ms) {
  if (ms === null) return '–';
  const left = ms - Date.now();
  return left <= 0 ? 'now' : `in ${duration(left)}`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function bytes(count) {
  if (count < 1024) return `${count} bytes`;
  return count < 1024 * 1024 ? `${Math.round(count / 1024)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

const token = /"(?:\\.|[^"\\])*"?|[{}[\],:]|[^\s"{}[\],:]+/g;

/** JSON text with line breaks and indentation. Works on the text itself, so that every digit stays as it is. */
export function prettyJson(text) {
  const parts = [];
  let depth = 0;
  const newLine = () => parts.push('\n', '  '.repeat(depth));
  const tokens = text.match(token) ?? [];
  tokens.forEach((one, index) => {
    const isEmptyPair =
      (one === '{' && tokens[index + 1] === '}') || (one === '[' && tokens[index + 1] === ']');
    const closesEmptyPair =
      (one === '}' && tokens[index - 1] === '{') || (one === ']' && tokens[index - 1] === '[');
    if (closesEmptyPair) depth -= 1;
    else if (one === '}' || one === ']') {
      depth = Math.max(0, depth - 1);
      newLine();
    }
    parts.push(one === ':' ? ': ' : one);
    if (one === '{' || one === '[') {
      depth += 1;
      if (!isEmptyPair) newLine();
    }
    if (one === ',') newLine();
  });
  return parts.join('');
}
