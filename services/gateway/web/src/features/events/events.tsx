import { Activity, Pause, Play } from 'lucide-react';
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { VefaEvent } from '../../api/types';
import { announce } from '../../app/announcer';
import { ListBar } from '../../app/list-bar';
import { useListCommands } from '../../app/list-commands';
import { useLiveState } from '../../app/live-queries';
import { Link, useNavigate, useSearch } from '../../app/navigation';
import { BrokenAddress, Page } from '../../app/page';
import type { EventsSearch } from '../../app/search';
import { useCommands } from '../../commands/registry';
import { type Column, Grid, type GridHandle } from '../../design/grid/grid';
import { Button } from '../../design/primitives/button';
import { Pick, SearchField } from '../../design/primitives/small';
import { Empty } from '../../design/states/states';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import './events.css';
import { EVENT_TYPES, useEvents } from './store';

const EventDetail = lazy(() => import('./detail'));

function useColumns(): Column<VefaEvent>[] {
  const { t, code, format } = useWords();
  return useMemo(
    () => [
      {
        id: 'time',
        header: t('events.time'),
        track: '7.5rem',
        cell: (row) => <time dateTime={row.recordTime}>{format.clock(row.recordTime)}</time>,
      },
      {
        id: 'type',
        header: t('events.type'),
        track: 'minmax(10rem, 1.6fr)',
        cell: (row) => (
          <span className="event-type">
            <strong>{code('event', row.type, row.type)}</strong>
            <code>{row.type}</code>
          </span>
        ),
      },
      { id: 'subject', header: t('events.subject'), track: 'minmax(9rem, 2fr)', cell: (row) => <code>{row.subject}</code> },
      {
        id: 'version',
        header: t('events.version'),
        track: '4.5rem',
        end: true,
        cell: (row) => format.count(row.aggregateVersion),
      },
      {
        id: 'place',
        header: t('events.place'),
        track: 'minmax(5.5rem, 0.8fr)',
        end: true,
        cell: (row) => (row.topic ? `${row.partition ?? 0} · ${row.offset ?? '0'}` : NOTHING),
      },
    ],
    [t, code, format],
  );
}

/** What is happening, in which order? */
export function Events() {
  const { t } = useWords();
  const search = useSearch({ from: '/house/events' });
  const grid = useRef<GridHandle>(null);
  const field = useRef<HTMLInputElement>(null);
  const state = useLiveState();
  const [paused, setPaused] = useState(false);
  // Whoever has gone into the list is reading: it holds still until asked.
  const [reading, setReading] = useState(false);
  const [open, setOpen] = useState<VefaEvent | undefined>(undefined);
  const { events, waiting } = useEvents(search, paused || reading || open !== undefined);
  const toggle = () => {
    setPaused(!paused);
    setReading(false);
    announce(t(paused ? 'events.following' : 'events.paused'));
  };
  useListCommands(grid, field);
  useCommands([{ id: 'events.pause', label: 'events.pauseOrFollow', group: 'page', keys: ['.'], run: toggle }]);
  const filtered = search.type !== undefined || search.subject !== undefined;
  return (
    <Page
      fill
      title={t('nav.events')}
      lead={t(paused ? 'events.leadPaused' : 'events.lead', { state: t(`live.${state}`) })}
      actions={
        <>
          <Link className="button" to="/events/catalogue">
            {t('events.catalogue')}
          </Link>
          <Button icon={paused ? Play : Pause} onClick={toggle}>
            {t(paused ? 'events.follow' : 'events.pause')}
          </Button>
        </>
      }
    >
      <BrokenAddress notice={search.notice} />
      <Filters search={search} field={field} />
      <ListBar
        count={waiting}
        onShow={() => {
          setPaused(false);
          setReading(false);
        }}
      />
      {events.length === 0 ? (
        <Empty centre icon={Activity} title={t(filtered ? 'events.noMatch' : 'events.none')}>
          {t(filtered ? 'events.noMatchWhy' : 'events.noneWhy')}
        </Empty>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices that the focus came into the list */}
          <div className="events-list" onFocus={() => setReading(true)}>
            <Rows events={events} grid={grid} onOpen={setOpen} />
          </div>
          <span className="meta num">{t('events.kept', { count: events.length })}</span>
        </>
      )}
      <Suspense>{open ? <EventDetail event={open} onClose={() => setOpen(undefined)} /> : null}</Suspense>
    </Page>
  );
}

function Filters({ search, field }: { search: EventsSearch; field: RefObject<HTMLInputElement | null> }) {
  const { t, code } = useWords();
  const navigate = useNavigate();
  const { type, subject } = search;
  const filter = (change: EventsSearch) => void navigate({ to: '/events', search: { type, subject, ...change }, replace: true });
  useEffect(() => {
    // The filter may be set from elsewhere, by "events of this subject"; who is typing is not disturbed.
    const input = field.current;
    if (input && document.activeElement !== input) input.value = subject ?? '';
  }, [field, subject]);
  const nouns = [...new Set(EVENT_TYPES.map((each) => each.slice(0, each.indexOf('.'))))];
  const options = [
    { value: '', label: t('events.anyType') },
    ...nouns.map((noun) => ({ value: `${noun}.*`, label: t('events.allOf', { noun: code('noun', noun) }) })),
    ...EVENT_TYPES.map((each) => ({ value: each as string, label: code('event', each) })),
  ];
  return (
    <div className="toolbar">
      <Pick
        label={t('events.type')}
        value={type ?? ''}
        options={options}
        onChange={(value) => filter({ type: value || undefined })}
      />
      <div className="grow">
        <SearchField
          ref={field}
          label={t('events.subjectFilter')}
          hint="/"
          defaultValue={subject ?? ''}
          onChange={(event) => filter({ subject: event.target.value.trim() || undefined })}
        />
      </div>
      {type || subject ? (
        <Button tone="quiet" onClick={() => filter({ type: undefined, subject: undefined })}>
          {t('recipients.clear')}
        </Button>
      ) : null}
    </div>
  );
}

interface RowsProps {
  events: VefaEvent[];
  grid: RefObject<GridHandle | null>;
  onOpen: (event: VefaEvent) => void;
}

function Rows({ events, grid, onOpen }: RowsProps) {
  const { t, code, format } = useWords();
  const columns = useColumns();
  return (
    <Grid
      label={t('nav.events')}
      rows={events}
      rowKey={(event) => event.id}
      columns={columns}
      card={(event) => (
        <>
          <div>
            <strong>{code('event', event.type, event.type)}</strong>
            <time className="meta" dateTime={event.recordTime}>
              {format.clock(event.recordTime)}
            </time>
          </div>
          <div className="meta">
            <code>{event.subject}</code>
            <span>v{event.aggregateVersion}</span>
          </div>
        </>
      )}
      handle={grid}
      onOpen={onOpen}
    />
  );
}
