import { Activity, Pause, Play } from 'lucide-react';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import type { VefaEvent } from '../../api/types';
import { announce } from '../../app/announcer';
import { ListBar } from '../../app/list-bar';
import { useListCommands } from '../../app/list-commands';
import { useLiveState } from '../../app/live-queries';
import { useNavigate, useSearch } from '../../app/navigation';
import { BrokenAddress, Page } from '../../app/page';
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
      { id: 'time', header: t('events.time'), track: '7.5rem', cell: (row) => <time dateTime={row.recordTime}>{format.clock(row.recordTime)}</time> },
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
      { id: 'version', header: t('events.version'), track: '4.5rem', end: true, cell: (row) => format.count(row.aggregateVersion) },
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
  const { t, code, format } = useWords();
  const search = useSearch({ from: '/house/events' });
  const navigate = useNavigate();
  const grid = useRef<GridHandle>(null);
  const field = useRef<HTMLInputElement>(null);
  const state = useLiveState();
  const [paused, setPaused] = useState(false);
  // Whoever has gone into the list is reading: it holds still until asked.
  const [reading, setReading] = useState(false);
  const [open, setOpen] = useState<VefaEvent | undefined>(undefined);
  const { events, waiting } = useEvents(search, paused || reading || open !== undefined);
  const columns = useColumns();
  const filter = (change: { type?: string; subject?: string }) =>
    void navigate({ to: '/events', search: { type: search.type, subject: search.subject, ...change }, replace: true });
  const toggle = () => {
    setPaused(!paused);
    setReading(false);
    announce(t(paused ? 'events.following' : 'events.paused'));
  };
  useListCommands(grid, field);
  useCommands([{ id: 'events.pause', label: 'events.pauseOrFollow', group: 'page', keys: ['.'], run: toggle }]);
  const nouns = [...new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.'))))];
  const filtered = search.type !== undefined || search.subject !== undefined;
  return (
    <Page
      fill
      title={t('nav.events')}
      lead={t(paused ? 'events.leadPaused' : 'events.lead', { state: t(`live.${state}`) })}
      actions={
        <Button icon={paused ? Play : Pause} onClick={toggle} aria-pressed={paused}>
          {t(paused ? 'events.follow' : 'events.pause')}
        </Button>
      }
    >
      <BrokenAddress notice={search.notice} />
      <div className="toolbar">
        <Pick
          label={t('events.type')}
          value={search.type ?? ''}
          options={[
            { value: '', label: t('events.anyType') },
            ...nouns.map((noun) => ({ value: `${noun}.*`, label: t('events.allOf', { noun: code('noun', noun) }) })),
            ...EVENT_TYPES.map((type) => ({ value: type as string, label: code('event', type) })),
          ]}
          onChange={(type) => filter({ type: type || undefined })}
        />
        <div className="grow">
          <SearchField
            ref={field}
            label={t('events.subjectFilter')}
            hint="/"
            defaultValue={search.subject ?? ''}
            onChange={(event) => filter({ subject: event.target.value.trim() || undefined })}
          />
        </div>
        {filtered ? (
          <Button tone="quiet" onClick={() => filter({ type: undefined, subject: undefined })}>
            {t('recipients.clear')}
          </Button>
        ) : null}
      </div>
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
              onOpen={setOpen}
            />
          </div>
          <span className="meta num">{t('events.kept', { count: events.length })}</span>
        </>
      )}
      <Suspense>{open ? <EventDetail event={open} onClose={() => setOpen(undefined)} /> : null}</Suspense>
    </Page>
  );
}
