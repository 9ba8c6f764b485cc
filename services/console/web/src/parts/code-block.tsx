import { CopyButton } from './copy.tsx';

/** Text as it is, with a button that copies it. */
export function CodeBlock({ text, label, copied }: { text: string; label: string; copied?: string }) {
  return (
    <figure className="code">
      <figcaption>
        <span>{label}</span>
        <CopyButton text={copied ?? text} />
      </figcaption>
      {/* Long lines scroll sideways, by keyboard too. */}
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </figure>
  );
}
