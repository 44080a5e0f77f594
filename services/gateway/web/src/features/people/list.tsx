import { type UseQueryResult, useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { UserSearch } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Score } from '../../api/types';
import { ListBar } from '../../app/list-bar';
import { leaveFromList } from '../../app/list-context';
import { useListCommands } from '../../app/list-commands';
import { useLiveCount } from '../../app/live-queries';
import { idOf, useNavigate, usePlace, useSearch } from '../../app/navigation';
import { BrokenAddress, DataNote, Page } from '../../app/page';
import { Grid, type GridHandle, type Sort } from '../../design/grid/grid';
import { NARROW, useMedia } from '../../design/grid/environment';
import { Pick, SearchField } from '../../design/primitives/small';
import { Button } from '../../design/primitives/button';
import { Empty, Failed, Loading, Partial } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import type { MessageId } from '../../i18n/ids';
import { PersonCard, usePeopleColumns } from './columns';
import { pageScoresQuery, peopleQuery } from './queries';
import { useSearchText } from './search-text';

const SORTS: [string, MessageId][] = [
  ['display_name', 'people.sort.name'],
  ['display_name desc', 'people.sort.nameDesc'],
  ['external_id', 'people.sort.externalId'],
  ['create_time desc', 'people.sort.newest'],
  ['create_time', 'people.sort.oldest'],
];
const DEFAULT_SORT = 'display_name';

/** Counted by the server up to here. */
const COUNTED_TO = 10_000;

function sortOf(text: string): Sort {
  return { by: text.replace(/ desc$/, ''), descending: text.endsWith(' desc') };
}

/** The scores of all pages as one; a page that could not be read leaves the others in place. */
function joinScores(pages: UseQueryResult<Map<string, Score>>[]) {
  const byContact = new Map<string, Score>();
  for (const page of pages) for (const [contact, score] of page.data ?? []) byContact.set(contact, score);
  const broken = pages.filter((page) => page.isError && !page.data);
  return {
    byContact,
    pending: pages.some((page) => page.isPending && page.fetchStatus !== 'idle'),
    failed: broken.length > 0,
    retry: () => {
      for (const page of broken) void page.refetch();
    },
  };
}

/** Who do we know, and who of them is about to leave? */
export function PeopleList() {
  const { t, format } = useWords();
  const search = useSearch({ from: '/house/people' });
  const navigate = useNavigate();
  const place = usePlace();
  const narrow = useMedia(NARROW);
  const field = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const orderBy = search.sort ?? DEFAULT_SORT;
  const [query, typed, setTyped] = useSearchText();
  const people = useInfiniteQuery(peopleQuery(query, orderBy));
  const pages = people.data?.pages ?? [];
  const contacts = useMemo(() => pages.flatMap((page) => page.contacts ?? []), [pages]);
  const scores = useQueries({
    queries: pages.map((page) => pageScoresQuery((page.contacts ?? []).map((contact) => contact.name))),
    combine: joinScores,
  });
  const total = pages[0] ? (pages[0].totalSize ?? contacts.length) : undefined;
  const [active, setActive] = useState(0);
  const [news, clearNews] = useLiveCount((event) => event.type.startsWith('contact.'));
  const setSort = (sort: string) => void navigate({ to: '/people', search: { sort }, state: (before) => before, replace: true });
  const columns = usePeopleColumns(scores.byContact, scores.pending);
  useListCommands(grid, field);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list starts at its first row
  useEffect(() => setActive(0), [query, orderBy]);

  return (
    <Page fill title={t('nav.people')} lead={<Total total={total} searching={query !== ''} />}>
      <BrokenAddress notice={search.notice} />
      <div className="toolbar">
        <div className="grow">
          <SearchField
            ref={field}
            label={t('people.search')}
            hint="/"
            maxLength={100}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
              event.preventDefault();
              grid.current?.move(0);
            }}
          />
        </div>
        <Pick
          label={t('people.sort')}
          hideLabel={narrow}
          value={SORTS.some(([value]) => value === orderBy) ? orderBy : DEFAULT_SORT}
          options={SORTS.map(([value, label]) => ({ value, label: t(label) }))}
          onChange={setSort}
        />
      </div>
      <ListBar
        count={news}
        onShow={() => {
          clearNews();
          void people.refetch();
        }}
      />
      {scores.failed ? <Partial retry={scores.retry}>{t('people.scoresFailed')}</Partial> : null}
      {people.isPending ? <Loading rows={12} /> : null}
      {people.isError && contacts.length === 0 ? (
        <Failed error={people.error} what={t('people.failed')} retry={() => void people.refetch()} />
      ) : null}
      {people.data && contacts.length === 0 ? (
        <Empty
          centre
          icon={UserSearch}
          title={query === '' ? t('people.none') : t('people.noMatch')}
          action={query === '' ? undefined : <Button onClick={() => setTyped('')}>{t('people.clearSearch')}</Button>}
        >
          {query === '' ? t('people.noneWhy') : t('people.noMatchWhy')}
        </Empty>
      ) : null}
      {contacts.length > 0 ? (
        <>
          <Grid
            key={`${orderBy}/${query}`}
            label={t('nav.people')}
            rows={contacts}
            rowKey={(contact) => contact.name}
            columns={columns}
            card={(contact) => <PersonCard contact={contact} score={scores.byContact.get(contact.name)} />}
            total={total !== undefined && total < COUNTED_TO ? total : undefined}
            sort={sortOf(orderBy)}
            onSort={(by) => setSort(orderBy === by ? `${by} desc` : by)}
            hasMore={people.hasNextPage}
            loadMore={() => {
              if (!people.isFetchingNextPage && !people.isError) void people.fetchNextPage();
            }}
            handle={grid}
            place={place}
            onPlace={setActive}
            onOpen={(contact) => {
              leaveFromList({ ids: contacts.map((each) => idOf(each.name)), total });
              void navigate({ to: '/people/$id', params: { id: idOf(contact.name) } });
            }}
          />
          <div className="row">
            <span className="meta num">
              {t('list.position', { row: format.count(active + 1), total: format.count(total ?? contacts.length) })}
            </span>
            {people.isFetchNextPageError ? (
              <Button tone="quiet" onClick={() => void people.fetchNextPage()}>
                {t('list.moreFailed')}
              </Button>
            ) : null}
            <DataNote contacts={contacts.slice(0, 50)} />
          </div>
        </>
      ) : null}
    </Page>
  );
}

function Total({ total, searching }: { total: number | undefined; searching: boolean }) {
  const { t, format } = useWords();
  if (total === undefined) return <>{t('people.counting')}</>;
  const count = total >= COUNTED_TO ? t('app.atLeast', { count: format.count(total) }) : format.count(total);
  return (
    <span data-figure="people.total" data-value={total}>
      {t(searching ? 'people.matches' : 'people.total', { count, n: total })}
    </span>
  );
}
