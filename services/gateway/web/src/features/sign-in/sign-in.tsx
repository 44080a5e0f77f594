import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { ApiError } from '../../api/errors';
import { createSession } from '../../api/resources';
import type { CreateSessionRequest } from '../../api/types';
import { useNavigate, useSearch } from '../../app/navigation';
import { type Language, setPreferences, usePreferences } from '../../app/preferences';
import { safeBack, sessionQuery } from '../../app/session';
import icon from '../../design/icon.svg';
import { Note } from '../../design/primitives/badge';
import { Button } from '../../design/primitives/button';
import { FieldError, Form, I18nProvider, Input, Label, TextField } from '../../design/primitives/form';
import { Pick } from '../../design/primitives/small';
import { useErrorText } from '../../design/states/states';
import '../../design/layout.css';
import '../../design/primitives/primitives.css';
import { useWords } from '../../i18n/i18n';
import './sign-in.css';

type Field = keyof CreateSessionRequest;
const FIELDS: { name: Field; type: string; autoComplete: string }[] = [
  { name: 'tenant', type: 'text', autoComplete: 'organization' },
  { name: 'email', type: 'email', autoComplete: 'username' },
  { name: 'password', type: 'password', autoComplete: 'current-password' },
];

/** The server's complaints by field, in the reader's language. */
function useFieldErrors(error: unknown): Record<string, string> {
  const { code } = useWords();
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    error.violations.map(({ field = '', reason, description }) => [field, code('reason', reason, description ?? reason)]),
  );
}

function useSignIn() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { back } = useSearch({ from: '/sign-in' });
  return useMutation({
    mutationKey: ['signIn'],
    mutationFn: createSession,
    onSuccess: async (session) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: safeBack(back), replace: true });
    },
  });
}

function SignInForm() {
  const { t, language } = useWords();
  const errorText = useErrorText();
  const summary = useId();
  const signIn = useSignIn();
  const fieldErrors = useFieldErrors(signIn.error);
  const general = signIn.isError && Object.keys(fieldErrors).length === 0;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const data = new FormData(event.currentTarget);
    const value = (name: Field) => String(data.get(name) ?? '');
    signIn.mutate({ tenant: value('tenant').trim(), email: value('email').trim(), password: value('password') });
  };
  return (
    <Form key={language} validationErrors={fieldErrors} aria-describedby={general ? summary : undefined} onSubmit={submit}>
      {FIELDS.map((field, index) => (
        <TextField
          key={field.name}
          name={field.name}
          type={field.type}
          autoComplete={field.autoComplete}
          isRequired
          validationBehavior="native"
          // The page has no other purpose: whoever comes here wants to type.
          autoFocus={index === 0}
          className="field"
        >
          <Label>{t(`signIn.${field.name}`)}</Label>
          <Input className="input" autoCapitalize="none" spellCheck={false} />
          <FieldError className="field-error">
            {(state) => (state.validationDetails.valueMissing ? t('signIn.required') : state.validationErrors.join(' '))}
          </FieldError>
        </TextField>
      ))}
      {general ? (
        <div role="alert" id={summary}>
          <Note tone="bad">{errorText(signIn.error)}</Note>
        </div>
      ) : null}
      <Button tone="primary" type="submit" aria-disabled={signIn.isPending}>
        {signIn.isPending ? t('signIn.busy') : t('signIn.submit')}
      </Button>
    </Form>
  );
}

export function SignIn() {
  const { t, format } = useWords();
  const { back } = useSearch({ from: '/sign-in' });
  const { language } = usePreferences();
  return (
    <I18nProvider locale={format.locale}>
      <title>{`${t('signIn.title')} · Vefa`}</title>
      <main className="sign-in">
        <div className="sign-in-card">
          <div className="sign-in-brand">
            <span className="brand">
              <img src={icon} alt="" width={32} height={32} />
              <span>Vefa</span>
            </span>
            <Pick<Language>
              label={t('account.language')}
              hideLabel
              value={language}
              options={[
                { value: 'tr', label: t('account.language.tr') },
                { value: 'en', label: t('account.language.en') },
              ]}
              onChange={(value) => setPreferences({ language: value })}
            />
          </div>
          <div>
            <h1>{t('signIn.title')}</h1>
            <p className="muted">{back ? t('signIn.again') : t('signIn.lead')}</p>
          </div>
          <SignInForm />
        </div>
      </main>
    </I18nProvider>
  );
}
