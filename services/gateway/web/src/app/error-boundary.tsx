import { Component, type ReactNode } from 'react';
import { Failed } from '../design/states/states';
import { useWords } from '../i18n/i18n';

/** A page that broke: told in the page's place, with a way to try again. The rest keeps working. */
export function PageFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useWords();
  return (
    <div className="page">
      <h1>{t('app.pageFailed')}</h1>
      <Failed error={error} what={t('app.pageFailedWhat')} retry={reset ?? (() => location.reload())} />
    </div>
  );
}

export function NotFound() {
  const { t } = useWords();
  return (
    <div className="page">
      <h1>{t('app.notFound')}</h1>
      <p className="prose">
        {t('app.notFoundWhat')} <a href="/">{t('nav.overview')}</a>
      </p>
    </div>
  );
}

interface State {
  error: unknown;
}

/** Keeps the failure of one panel in that panel. */
export class PanelBoundary extends Component<{ what: string; children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return <Failed error={this.state.error} what={this.props.what} retry={() => this.setState({ error: undefined })} />;
  }
}

const RELOADED = 'vefa.reloaded';

/** A part that cannot be loaded any more was replaced by a new version: load the page anew, once. */
export function reloadOnNewVersion(): void {
  window.addEventListener('vite:preloadError', (event) => {
    if (sessionStorage.getItem(RELOADED)) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED, '1');
    location.reload();
  });
  window.addEventListener('load', () => setTimeout(() => sessionStorage.removeItem(RELOADED), 30_000));
}
