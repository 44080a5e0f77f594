import { useInfiniteQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  Ban,
  CheckCircle2,
  CircleHelp,
  CornerUpLeft,
  Link2Off,
  type LucideIcon,
  Merge,
  Send,
  ShoppingBag,
  Split,
  ThumbsDown,
  ThumbsUp,
  UserPlus,
  UserX,
} from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TimelineEntry, TimelineKind } from '../../api/types';
import { useCampaignName } from '../../app/campaign-names';
import { ListBar } from '../../app/list-bar';
import { contactOf, useLiveCount } from '../../app/live-queries';
import { idOf, Link } from '../../app/navigation';
import type { Tone } from '../../design/primitives/badge';
import { Moment } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { isWholeDay } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import { timelineQuery } from './queries';

const MARKS: Record<TimelineKind, [Tone, LucideIcon]> = {
  KIND_UNSPECIFIED: ['neutral', CircleHelp],
  KIND_ORDER: ['info', ShoppingBag],
  KIND_MESSAGE_ACCEPTED: ['neutral', Send],
  KIND_MESSAGE_REFUSED: ['warning', Ban],
  KIND_MESSAGE_DELIVERED: ['good', CheckCircle2],
  KIND_MESSAGE_BOUNCED: ['bad', CornerUpLeft],
  KIND_MESSAGE_UNKNOWN: ['neutral', CircleHelp],
  KIND_CONTACT_CREATED: ['neutral', UserPlus],
  KIND_CONSENT_GRANTED: ['good', ThumbsUp],
  KIND_CONSENT_WITHDRAWN: ['warning', ThumbsDown],
  KIND_UNSUBSCRIBED: ['warning', Link2Off],
  KIND_MESSAGE_FAILED: ['bad', CornerUpLeft],
  KIND_CONTACT_ERASED: ['warning', UserX],
  KIND_CONTACT_MERGED: ['neutral', Merge],
  KIND_CONTACT_UNMERGED: ['neutral', Split],
};

type Line = { month: string } | { entry: TimelineEntry };
const ESTIMATE = 52;

/** Puts a heading before the first entry of each month. */
export function withMonths(entries: TimelineEntry[], monthOf: (time: string | undefined) => string): Line[] {
  const lines: Line[] = [];
  let last = '';
  for (const entry of entries) {
    const month = monthOf(entry.occurTime);
    if (month !== last) lines.push({ month });
    last = month;
    lines.push({ entry });
  }
  return lines;
}

/** What happened between us, newest first; only what is near the screen is in the document. */
export function Timeline({ name }: { name: string }) {
  const { t, format } = useWords();
  const query = useInfiniteQuery(timelineQuery(name));
  const [news, clearNews] = useLiveCount((event) => contactOf(event) === name);
  if (query.isPending) return <Loading rows={6} />;
  if (query.isError && !query.data) {
    return <Failed error={query.error} what={t('person.timelineFailed')} retry={() => void query.refetch()} />;
  }
  const entries = query.data.pages.flatMap((page) => page.entries ?? []);
  const bar = (
    <ListBar
      count={news}
      onShow={() => {
        clearNews();
        void query.refetch();
      }}
    />
  );
  if (entries.length === 0) {
    return (
      <>
        {bar}
        <Empty title={t('person.noTimeline')}>{t('person.noTimelineWhy')}</Empty>
      </>
    );
  }
  return (
    <>
      {bar}
      <Lines
        lines={withMonths(entries, format.month)}
        more={query.hasNextPage}
        loadMore={() => {
          if (!query.isFetchingNextPage && !query.isError) void query.fetchNextPage();
        }}
      />
      {query.isFetchNextPageError ? (
        <Failed error={query.error} what={t('person.timelineFailed')} retry={() => void query.fetchNextPage()} />
      ) : null}
    </>
  );
}

function Lines({ lines, more, loadMore }: { lines: Line[]; more: boolean; loadMore: () => void }) {
  const { t } = useWords();
  const list = useRef<HTMLOListElement>(null);
  const [margin, setMargin] = useState(0);
  // What stands above may grow while it loads: the offset is measured after every layout.
  useLayoutEffect(() => {
    const top = list.current ? Math.round(list.current.getBoundingClientRect().top + window.scrollY) : 0;
    if (top !== margin) setMargin(top);
  });
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => ESTIMATE,
    overscan: 10,
    scrollMargin: margin,
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= lines.length - 20) loadMore();
  });
  return (
    <ol className="timeline" ref={list} style={{ height: virtualizer.getTotalSize() }} aria-label={t('person.timeline')}>
      {items.map((item) => {
        const line = lines[item.index];
        if (!line) return null;
        return (
          <li
            key={item.key}
            ref={virtualizer.measureElement}
            data-index={item.index}
            aria-setsize={more ? -1 : lines.length}
            aria-posinset={item.index + 1}
            style={{ transform: `translateY(${item.start - margin}px)` }}
          >
            {'month' in line ? <h3 className="timeline-month">{line.month}</h3> : <Entry entry={line.entry} />}
          </li>
        );
      })}
    </ol>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { code } = useWords();
  const details = useDetails();
  const [tone, Icon] = MARKS[entry.kind ?? 'KIND_UNSPECIFIED'] ?? MARKS.KIND_UNSPECIFIED;
  const campaign =
    entry.facts?.campaign ?? (entry.facts?.originator?.startsWith('campaigns/') ? entry.facts.originator : undefined);
  const name = useCampaignName();
  const text = details(entry);
  return (
    <div className="timeline-entry" data-kind={entry.kind}>
      <span className={`timeline-mark tone-${tone}`}>
        <Icon className="icon" aria-hidden />
      </span>
      <div>
        <div className="row">
          <strong>{code('timeline', entry.kind)}</strong>
          {campaign ? (
            <Link to="/campaigns/$id" params={{ id: idOf(campaign) }}>
              {name(campaign)}
            </Link>
          ) : null}
        </div>
        {text ? <p className="muted">{text}</p> : null}
      </div>
      <span className="timeline-when">
        <Moment value={entry.occurTime} as="date" />
        {isWholeDay(entry.occurTime) ? null : (
          <>
            <br />
            <Moment value={entry.occurTime} as="time" />
          </>
        )}
      </span>
    </div>
  );
}

/** The facts of an entry that are worth reading, as one line. */
function useDetails(): (entry: TimelineEntry) => string {
  const { t, code, format } = useWords();
  return ({ kind, facts = {} }) => {
    const parts: string[] = [];
    if (facts.total) parts.push(format.money(facts.total, facts.currency));
    if (facts.item_count) parts.push(t('timeline.items', { count: Number(facts.item_count) }));
    if (facts.reason && kind === 'KIND_CONTACT_ERASED') parts.push(code('erased', facts.reason));
    else if (facts.reason) parts.push(code('refused', facts.reason, code('suppression', facts.reason)));
    if (facts.reply) parts.push(facts.reply);
    if (facts.purpose) parts.push(t('timeline.purpose', { purpose: code('purpose', facts.purpose) }));
    if (facts.source) parts.push(facts.source);
    return parts.join(' · ');
  };
}
