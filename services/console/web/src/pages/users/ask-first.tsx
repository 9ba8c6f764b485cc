import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { post } from '../../api/client.ts';
import { useI18n } from '../../i18n/i18n.tsx';

interface AskFirstProps {
  label: string;
  /** of which one */
  name: string;
  question: string;
  path: string;
}

/** A button for what cannot be taken back. */
export function AskFirst({ label, name, question, path }: AskFirstProps) {
  const { t } = useI18n();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const doing = useMutation({
    mutationFn: () => post(path),
    onError: (error) =>
      notification.error({ title: name, description: error.message || t('common.offline'), duration: 0 }),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Popconfirm
      title={question}
      okText={label}
      cancelText={t('users.cancel')}
      okButtonProps={{ danger: true }}
      onConfirm={() => doing.mutate()}
    >
      <Button danger size="small" aria-label={name} loading={doing.isPending}>
        {label}
      </Button>
    </Popconfirm>
  );
}
