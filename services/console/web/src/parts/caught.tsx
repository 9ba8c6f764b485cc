import { Alert, Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';

interface CaughtState {
  error: Error | null;
}

/** A page that fails says so, and takes nothing else with it. */
export class Caught extends Component<{ children: ReactNode }, CaughtState> {
  override state: CaughtState = { error: null };

  static getDerivedStateFromError(error: Error): CaughtState {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Crashed error={this.state.error} />;
  }
}

function Crashed({ error }: { error: Error }) {
  const { t } = useI18n();
  return (
    <Alert
      type="error"
      showIcon
      title={t('app.crashed')}
      description={error.message}
      action={
        <Button size="small" onClick={() => location.reload()}>
          {t('app.reload')}
        </Button>
      }
    />
  );
}
