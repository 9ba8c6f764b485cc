import { CloseOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { useI18n } from '../i18n/i18n.tsx';
import { Sign } from './sign.tsx';

export interface Filters {
  get(name: string): string;
  set(change: Record<string, string>): void;
  clear(): void;
  isAny: boolean;
}

/** Filters live in the address, so that a view can be sent to a colleague and the back button works. */
export function useFilters(): Filters {
  const [search, setSearch] = useSearchParams();
  return {
    get: (name) => search.get(name) ?? '',
    set(change) {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(change)) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      setSearch(next);
    },
    clear: () => setSearch({}),
    isAny: search.size > 0,
  };
}

export function FilterBar({ filters, children }: { filters: Filters; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <div className="filters" role="search" aria-label={t('common.search')}>
      {children}
      {filters.isAny && (
        <Button
          type="text"
          icon={
            <Sign>
              <CloseOutlined />
            </Sign>
          }
          onClick={filters.clear}
        >
          {t('common.clear')}
        </Button>
      )}
    </div>
  );
}

/** Searches when Enter is pressed or the field is left: each search is dear to the store. */
export function TextFilter({
  filters,
  name,
  label,
  hint,
}: {
  filters: Filters;
  name: string;
  label: string;
  hint?: string;
}) {
  const current = filters.get(name);
  const [typed, setTyped] = useState({ text: current, of: current });
  // The address may change under the field: by the back button or a link.
  if (typed.of !== current) setTyped({ text: current, of: current });
  const search = (): void => {
    if (typed.text.trim() !== current) filters.set({ [name]: typed.text.trim() });
  };
  return (
    <label className="filter wide">
      <span>{label}</span>
      <Input
        allowClear
        prefix={
          <Sign>
            <SearchOutlined />
          </Sign>
        }
        placeholder={hint ?? ''}
        value={typed.text}
        maxLength={200}
        onChange={(event) => setTyped({ text: event.target.value, of: current })}
        onPressEnter={search}
        onBlur={search}
        onClear={() => filters.set({ [name]: '' })}
      />
    </label>
  );
}

interface ChoiceFilterProps {
  filters: Filters;
  name: string;
  label: string;
  choices: readonly (readonly [value: string, label: string])[];
  all?: string;
}

export function ChoiceFilter({ filters, name, label, choices, all }: ChoiceFilterProps) {
  const { t } = useI18n();
  const options = [['', all ?? t('common.all')] as const, ...choices].map(([value, text]) => ({
    value,
    label: text,
  }));
  return (
    <div className="filter">
      <span id={`filter-${name}`}>{label}</span>
      <Select
        aria-labelledby={`filter-${name}`}
        value={filters.get(name)}
        options={options}
        popupMatchSelectWidth={false}
        onChange={(value: string) => filters.set({ [name]: value })}
      />
    </div>
  );
}
