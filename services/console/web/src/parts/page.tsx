import { useEffect, type ReactNode } from 'react';

interface PageHeadProps {
  title: string;
  hint?: string;
  before?: ReactNode;
  children?: ReactNode;
}

/** The heading of a page, which names the browser's tab too. */
export function PageHead({ title, hint, before, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Syncline`;
  }, [title]);
  return (
    <header className="page-head">
      <div>
        {before}
        <h1>{title}</h1>
        {hint !== undefined && <p>{hint}</p>}
      </div>
      {children !== undefined && <div className="page-actions">{children}</div>}
    </header>
  );
}

interface SectionProps {
  title?: ReactNode;
  hint?: ReactNode;
  extra?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Section({ title, hint, extra, className = '', children }: SectionProps) {
  return (
    <section className={`card ${className}`}>
      {title !== undefined && (
        <div className="card-head">
          <h2>{title}</h2>
          {hint !== undefined && <span className="hint">{hint}</span>}
          {extra !== undefined && <div className="card-extra">{extra}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
