import { Button } from '../design/primitives/button';
import { useWords } from '../i18n/i18n';

/** Says that what is shown has changed meanwhile; the rows move only when one asks for it. */
export function ListBar({ count, onShow }: { count: number; onShow: () => void }) {
  const { t } = useWords();
  if (count === 0) return null;
  return (
    <div className="note tone-info" role="status">
      <div className="row">
        <span>{t('list.changed', { count })}</span>
        <Button tone="quiet" onClick={onShow}>
          {t('list.show')}
        </Button>
      </div>
    </div>
  );
}
