import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en, type Key } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';
export type Words = Readonly<Record<string, string | number>>;

export interface I18n {
  language: Language;
  setLanguage(language: Language): void;
  t(key: Key, words?: Words): string;
  /** a text whose key ends in what the server said; the server's own word where we have none */
  tOr(key: string, other: string): string;
  /** `key.one` or `key.many` */
  count(key: string, count: number): string;
}

const texts: Record<Language, Record<Key, string>> = { en, zh };
const storageKey = 'syncline.language';

const Context = createContext<I18n | null>(null);

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const value = useMemo(
    () =>
      i18nOf(language, (chosen) => {
        localStorage.setItem(storageKey, chosen);
        setLanguage(chosen);
      }),
    [language],
  );
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const found = use(Context);
  if (found === null) throw new Error('useI18n outside of I18nProvider');
  return found;
}

function i18nOf(language: Language, setLanguage: (language: Language) => void): I18n {
  const own: Partial<Record<string, string>> = texts[language];
  const fill = (text: string, words: Words): string =>
    text.replace(/\{(\w+)\}/g, (place, name: string) => String(words[name] ?? place));
  return {
    language,
    setLanguage,
    t: (key, words = {}) => fill(texts[language][key], words),
    tOr: (key, other) => own[key] ?? other,
    count: (key, count) => fill(own[`${key}.${count === 1 ? 'one' : 'many'}`] ?? key, { count }),
  };
}

function firstLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  if (stored === 'en' || stored === 'zh') return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
