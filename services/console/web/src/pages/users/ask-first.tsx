import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
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
  const { modal, notification } = App.useApp();
  const client = useQueryClient();
  const doing = useMutation({
    mutationFn: () => post(path),
    onError: (error) =>
      notification.error({ title: name, description: error.message || t('common.offline'), duration: 0 }),
    onSettled: () => client.invalidateQueries(),
  });
  return (
    <Button
      danger
      size="small"
      aria-label={name}
      loading={doing.isPending}
      onClick={() => {
        modal.confirm({
          title: question,
          okText: label,
          cancelText: t('users.cancel'),
          okButtonProps: { danger: true },
          onOk: () => doing.mutate(),
        });
      }}
    >
      {label}
    </Button>
  );
}
