import type { ReactNode } from 'react';

/** An icon beside words that say the same: antd's icons have names of their own, which nobody needs to hear. */
export function Sign({ children }: { children: ReactNode }) {
  return (
    <span className="sign" aria-hidden="true">
      {children}
    </span>
  );
}
