import { useQuery } from '@tanstack/react-query';
import type { Segment } from '../../api/types';
import { Empty, Failed, Loading } from '../../design/states/states';
import { toCount } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import { segmentCountQuery, segmentsQuery } from './queries';

/** Segments shown here; the rest will have a page of their own. */
const SHOWN = 5;

export function Segments() {
  const { t, format } = useWords();
  const segments = useQuery(segmentsQuery);
  if (segments.isPending) return <Loading rows={3} />;
  if (segments.isError && !segments.data) {
    return <Failed error={segments.error} what={t('overview.segmentsFailed')} retry={() => void segments.refetch()} />;
  }
  if (segments.data.length === 0) return <Empty title={t('overview.noSegments')}>{t('overview.noSegmentsWhy')}</Empty>;
  return (
    <>
      {segments.data.slice(0, SHOWN).map((segment) => (
        <SegmentSize key={segment.name} segment={segment} />
      ))}
      {segments.data.length > SHOWN ? (
        <p className="meta">{t('overview.moreSegments', { count: format.count(segments.data.length - SHOWN) })}</p>
      ) : null}
    </>
  );
}

function SegmentSize({ segment }: { segment: Segment }) {
  const { t, format } = useWords();
  const count = useQuery(segmentCountQuery(segment.name));
  const known = toCount(count.data?.contactsKnown);
  return (
    <div className="stack-tight">
      <h3>{segment.displayName ?? segment.name}</h3>
      {count.isPending ? <Loading rows={1} /> : null}
      {count.isError && !count.data ? (
        <Failed error={count.error} what={t('overview.countFailed')} retry={() => void count.refetch()} />
      ) : null}
      {count.data ? (
        <p>
          <strong className="figure-value" data-figure="segment.size">
            {format.count(count.data.size ?? 0)}
          </strong>{' '}
          <span className="muted">
            {t('overview.segmentOf', {
              known: format.count(known),
              share: format.percent(known > 0 ? toCount(count.data.size) / known : 0, 1),
            })}
          </span>
        </p>
      ) : null}
      {segment.expression ? (
        <p className="meta">
          {t('overview.rule')} <code lang="en">{segment.expression}</code>
        </p>
      ) : null}
    </div>
  );
}
