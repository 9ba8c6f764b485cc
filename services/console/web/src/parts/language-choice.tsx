import { Select } from 'antd';
import { useI18n, type Language } from '../i18n/i18n.tsx';

export function LanguageChoice() {
  const { t, language, setLanguage } = useI18n();
  return (
    <Select
      aria-label={t('app.language')}
      value={language}
      options={[
        { value: 'en', label: 'English' },
        { value: 'zh', label: '中文' },
      ]}
      popupMatchSelectWidth={false}
      onChange={(chosen: Language) => setLanguage(chosen)}
    />
  );
}
