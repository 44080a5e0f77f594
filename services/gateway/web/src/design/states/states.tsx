import { AlertTriangle, Check, Copy, Inbox, Lock, type LucideIcon, RotateCw } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '../../api/errors';
import { useWords } from '../../i18n/i18n';
import { Button } from '../primitives/button';
import './states.css';

const SLOW_MS = 5_000;

/** Grey bars where the rows will be; after five seconds a sentence, so that nobody takes it for "nothing". */
export function Loading({ rows = 4, label }: { rows?: number; label?: string }) {
  const { t } = useWords();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{label ?? t('state.loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        // The bars are all alike and never move.
        // biome-ignore lint/suspicious/noArrayIndexKey: static list
        <div className="bone" key={index} />
      ))}
      {slow ? <p className="muted">{t('state.slow')}</p> : null}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: LucideIcon;
  centre?: boolean;
}

/** There is nothing: said only when the server has said so. */
export function Empty({ title, children, action, icon: Icon = Inbox, centre }: EmptyProps) {
  return (
    <div className={`state state-empty ${centre ? 'state-centre' : ''}`}>
      <p className="state-title">
        <Icon className="icon muted" aria-hidden />
        {title}
      </p>
      {children ? <p className="muted">{children}</p> : null}
      {action}
    </div>
  );
}

/** What a person should read of an error: the text of its reason, of its code, or the server's own. */
export function useErrorText(): (error: unknown) => string {
  const { t, code } = useWords();
  return (error) => {
    if (!(error instanceof ApiError)) return code('error.code', 'UNKNOWN');
    if (error.metadata.permission) return t('error.permission', { permission: error.metadata.permission });
    const byCode = code('error.code', error.code, code('error.code', 'UNKNOWN'));
    // Without words for the reason, those of the first field refused; then the server's own sentence.
    const [first] = error.violations;
    const fallback = first ? code('reason', first.reason, first.description) : error.message;
    return code('reason', error.reason, fallback || byCode);
  };
}

function CopyTrace({ trace }: { trace: string }) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(trace).then(() => setCopied(true));
  };
  return (
    <p className="state-trace">
      {t('state.trace')} <code>{trace}</code>
      <Button tone="quiet" icon={copied ? Check : Copy} onClick={copy}>
        {copied ? t('state.copied') : t('state.copy')}
      </Button>
    </p>
  );
}

/** A panel that could not be read: what failed, what is safe, what to do, and the number to quote. */
export function Failed({ error, what, retry, centre }: { error: unknown; what: string; retry?: () => void; centre?: boolean }) {
  const { t } = useWords();
  const text = useErrorText();
  const forbidden = error instanceof ApiError && error.code === 'PERMISSION_DENIED';
  const trace = error instanceof ApiError ? error.traceId : '';
  return (
    <div className={`state state-error ${centre ? 'state-centre' : ''}`} role="alert">
      <p className="state-title">
        {forbidden ? <Lock className="icon" aria-hidden /> : <AlertTriangle className="icon" aria-hidden />}
        {what}
      </p>
      <p>{text(error)}</p>
      {retry && !forbidden ? (
        <Button icon={RotateCw} onClick={retry}>
          {t('state.retry')}
        </Button>
      ) : null}
      {trace ? <CopyTrace trace={trace} /> : null}
    </div>
  );
}

/** Some of it could be read: says which part is missing and that the rest is complete. */
export function Partial({ children, retry }: { children: ReactNode; retry?: () => void }) {
  const { t } = useWords();
  return (
    <div className="note tone-warning" role="status">
      <AlertTriangle className="icon" aria-hidden />
      <div className="row">
        <span>{children}</span>
        {retry ? (
          <Button tone="quiet" onClick={retry}>
            {t('state.retry')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
