import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Sign } from './sign.tsx';

const shownMs = 2_000;

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    try {
      await writeText(text);
      setIsCopied(true);
    } catch (error) {
      message.error(String(error));
    }
  };
  const words = isCopied ? t('common.copied') : (label ?? t('common.copy'));
  return (
    <Button
      size="small"
      type="text"
      icon={<Sign>{isCopied ? <CheckOutlined /> : <CopyOutlined />}</Sign>}
      onClick={() => void copy()}
    >
      {words}
    </Button>
  );
}

/** Browsers give a page a clipboard only over https or on this machine. */
async function writeText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the one way there is over plain http
  const isDone = document.execCommand('copy');
  area.remove();
  if (!isDone) throw new Error('The browser did not let this page copy.');
}
