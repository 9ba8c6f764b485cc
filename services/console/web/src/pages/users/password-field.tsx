import { Input } from 'antd';
import { Field } from '../../parts/form.tsx';

interface PasswordFieldProps {
  label: string;
  hint: string;
  required: boolean;
  value: string;
  change: (value: string) => void;
}

/** A new password that an admin gives. */
export function PasswordField({ label, hint, required, value, change }: PasswordFieldProps) {
  return (
    <Field label={label} hint={hint}>
      <Input.Password
        required={required}
        minLength={10}
        autoComplete="new-password"
        value={value}
        onChange={(event) => change(event.target.value)}
      />
    </Field>
  );
}
