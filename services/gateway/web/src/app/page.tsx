import { Database, Info } from 'lucide-react';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import type { Contact } from '../api/types';
import { Note } from '../design/primitives/badge';
import { useWords } from '../i18n/i18n';
import '../design/layout.css';
import '../design/primitives/primitives.css';

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
  /** The page is exactly as high as the window and scrolls inside. */
  fill?: boolean;
  children: ReactNode;
}

/** A page: its one heading, its actions, its content. A new page gives its heading the focus. */
export function Page({ title, lead, actions, above, fill, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const main = document.getElementById('main');
    if (main?.contains(document.activeElement) && document.activeElement !== main) return;
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={`page ${fill ? 'page-fill' : ''}`}>
      <title>{`${title} · Vefa`}</title>
      {above}
      <div className="page-head">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead ? <p>{lead}</p> : null}
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}

/** Whether a contact belongs to the CDNOW sample, whose names and addresses are made up. */
export function isSample(contact: Contact | undefined): boolean {
  return contact?.source === 'cdnow' || /[@.]cdnow\.example$/.test(contact?.email ?? '');
}

/** Says of sample data that nobody in it is real. Stands on every page that shows contacts. */
export function DataNote({ contacts }: { contacts: (Contact | undefined)[] }) {
  const { t } = useWords();
  if (!contacts.some(isSample)) return null;
  return (
    <p className="meta data-note">
      <Database className="icon" aria-hidden /> {t('app.dataNote')}
    </p>
  );
}

/** Says that parts of the address could not be used, so that nobody wonders why. */
export function BrokenAddress({ notice }: { notice: string | undefined }) {
  const { t } = useWords();
  if (!notice) return null;
  return (
    <Note tone="warning" icon={Info}>
      {t('app.brokenAddress', { names: notice })}
    </Note>
  );
}
