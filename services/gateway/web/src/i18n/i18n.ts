import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import { type Format, formatFor } from './format';
import type { MessageId } from './ids';

export type Language = 'en' | 'tr';
export type Translate = (id: MessageId, values?: Record<string, unknown>) => string;

type Catalogue = Record<string, string>;
const LOADERS: Record<Language, () => Promise<{ default: Catalogue }>> = {
  en: () => import('virtual:messages/en'),
  tr: () => import('virtual:messages/tr'),
};

/** Loads a language if needed and makes it the one spoken. */
export async function activate(language: Language): Promise<void> {
  const { default: catalogue } = await LOADERS[language]();
  i18n.loadAndActivate({ locale: language, messages: catalogue });
}

export const translate: Translate = (id, values) => i18n._(id, values);

/** True when the catalogues have a text for an id that is put together at run time. */
export function hasText(id: string): id is MessageId {
  return id in i18n.messages;
}

export interface Words {
  t: Translate;
  /** The text of a code of the API such as a reason; the code itself, or `fallback`, if it is new to us. */
  code: (prefix: string, value: string | undefined, fallback?: string) => string;
  format: Format;
  language: Language;
}

/** The translator and the formats of the language on screen. */
export function useWords(): Words {
  const { i18n: active } = useLingui();
  const language = active.locale as Language;
  return useMemo(
    () => ({
      // A function per language, so that what is derived from it is derived again when it changes.
      t: (id, values) => active._(id, values),
      code: (prefix, value, fallback) => {
        const id = `${prefix}.${value ?? ''}`;
        return hasText(id) ? active._(id) : (fallback ?? value ?? '');
      },
      format: formatFor(language),
      language,
    }),
    [active, language],
  );
}
