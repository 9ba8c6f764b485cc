import { App as AntApp, ConfigProvider, theme as antTheme, type ThemeConfig } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useI18n } from './i18n/i18n.tsx';

export type ThemeChoice = 'light' | 'dark' | 'system';

interface ThemeState {
  choice: ThemeChoice;
  isDark: boolean;
  choose(choice: ThemeChoice): void;
}

const storageKey = 'syncline.theme';
const Context = createContext<ThemeState | null>(null);

/** Greys and blues that keep 4.5:1 to their ground; antd's own do not. */
const light: ThemeConfig = {
  algorithm: antTheme.defaultAlgorithm,
  token: {
    colorPrimary: '#1d56c9',
    colorInfo: '#1d56c9',
    colorSuccess: '#14713d',
    colorWarning: '#94590a',
    colorError: '#b3261e',
    colorLink: '#1d56c9',
    colorTextBase: '#15202e',
    colorTextSecondary: '#48566a',
    colorTextTertiary: '#56647a',
    colorTextQuaternary: '#5d6b80',
    colorTextPlaceholder: '#5d6b80',
    colorTextDescription: '#526075',
    colorTextDisabled: '#66748a',
    colorSuccessBg: '#e4f4ea',
    colorWarningBg: '#fdf0d8',
    colorWarningBorder: '#e8c78a',
    colorErrorBg: '#fdecea',
    colorErrorBorder: '#f0b4ae',
    colorInfoBg: '#e8effc',
    colorInfoBorder: '#b3c9f2',
    colorBgLayout: '#f4f6f9',
    colorBorderSecondary: '#e3e8ef',
  },
};

const dark: ThemeConfig = {
  algorithm: antTheme.darkAlgorithm,
  token: {
    colorPrimary: '#3f74e8',
    colorInfo: '#3f74e8',
    colorSuccess: '#4fc380',
    colorWarning: '#e0a440',
    colorError: '#ff7b72',
    colorLink: '#85abff',
    colorTextSecondary: '#b4bfce',
    colorTextTertiary: '#a2afc1',
    colorTextQuaternary: '#98a5b8',
    colorTextPlaceholder: '#98a5b8',
    colorTextDescription: '#a9b5c6',
    colorTextDisabled: '#8d9aae',
    colorSuccessBg: '#12301f',
    colorWarningBg: '#35280f',
    colorWarningBorder: '#66501f',
    colorErrorBg: '#3a1b1a',
    colorErrorBorder: '#6e302c',
    colorInfoBg: '#16294a',
    colorInfoBorder: '#2b4a85',
    colorBgBase: '#0f151d',
    colorBgContainer: '#161e29',
    colorBgElevated: '#1d2733',
    colorBgLayout: '#0c1118',
    colorBorderSecondary: '#263241',
    colorBorder: '#39475a',
  },
};

const shared: NonNullable<ThemeConfig['token']> = {
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
  fontFamilyCode: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  borderRadius: 8,
  fontSize: 14,
};

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { language } = useI18n();
  const [choice, setChoice] = useState(storedChoice);
  const isSystemDark = useSystemDark();
  const isDark = choice === 'dark' || (choice === 'system' && isSystemDark);
  const config = useMemo((): ThemeConfig => {
    const base = isDark ? dark : light;
    return {
      ...base,
      token: { ...shared, ...base.token },
      components: {
        Layout: { headerBg: 'transparent' },
        // antd's own is too pale to be read.
        Button: { defaultHoverColor: isDark ? '#85abff' : '#1d56c9' },
      },
    };
  }, [isDark]);
  const state = useMemo(
    () => ({
      choice,
      isDark,
      choose(chosen: ThemeChoice) {
        localStorage.setItem(storageKey, chosen);
        setChoice(chosen);
      },
    }),
    [choice, isDark],
  );
  return (
    <Context value={state}>
      <ConfigProvider theme={config} locale={language === 'zh' ? zhCN : enUS} csp={{ nonce: pageNonce() }}>
        <Colours isDark={isDark} />
        <AntApp>{children}</AntApp>
      </ConfigProvider>
    </Context>
  );
}

export function useTheme(): ThemeState {
  const found = use(Context);
  if (found === null) throw new Error('useTheme outside of ThemeProvider');
  return found;
}

/** antd's colours for our own style sheet and charts. */
function Colours({ isDark }: { isDark: boolean }) {
  const { token } = antTheme.useToken();
  useEffect(() => {
    const { style } = document.documentElement;
    style.colorScheme = isDark ? 'dark' : 'light';
    const colours = {
      text: token.colorText,
      secondary: token.colorTextSecondary,
      faint: token.colorTextTertiary,
      border: token.colorBorderSecondary,
      line: token.colorBorder,
      card: token.colorBgContainer,
      page: token.colorBgLayout,
      raised: token.colorFillQuaternary,
      link: token.colorLink,
      good: token.colorSuccess,
      'good-bg': token.colorSuccessBg,
      bad: token.colorError,
      'bad-bg': token.colorErrorBg,
      warn: token.colorWarning,
      'warn-bg': token.colorWarningBg,
      busy: token.colorLink,
      'busy-bg': token.colorInfoBg,
      calm: token.colorTextTertiary,
      'calm-bg': token.colorFillTertiary,
      code: token.fontFamilyCode,
    };
    for (const [name, value] of Object.entries(colours)) style.setProperty(`--${name}`, value);
  }, [token, isDark]);
  return null;
}

/** The nonce that this page's policy lets style elements have. */
function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function useSystemDark(): boolean {
  const [media] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [isDark, setIsDark] = useState(media.matches);
  useEffect(() => {
    const listen = (): void => setIsDark(media.matches);
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, [media]);
  return isDark;
}
