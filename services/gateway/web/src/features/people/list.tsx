import { type UseQueryResult, useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { UserSearch } from 'lucide-react';
import { type RefObject, useMemo, useRef, useState } from 'react';
import type { ListContactsResponse, Score } from '../../api/types';
import { ListBar } from '../../app/list-bar';
import { useListCommands } from '../../app/list-commands';
import { leaveFromList } from '../../app/list-context';
import { useLiveCount } from '../../app/live-queries';
import { idOf, useNavigate, usePlace, useSearch } from '../../app/navigation';
import { BrokenAddress, DataNote, Page } from '../../app/page';
import { NARROW, useMedia } from '../../design/grid/environment';
import { Grid, type GridHandle, type Sort } from '../../design/grid/grid';
import { Button } from '../../design/primitives/button';
import { Pick, SearchField } from '../../design/primitives/small';
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

/** Counted by the server up to here; of a search it finds the best thousand. */
const COUNTED_TO = 10_000;
const FOUND_TO = 1_000;

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

/** People, page by page, each page with its scores. */
function usePeople(query: string, orderBy: string) {
  const people = useInfiniteQuery(peopleQuery(query, orderBy));
  const pages = people.data?.pages ?? NO_PAGES;
  const contacts = useMemo(() => pages.flatMap((page) => page.contacts ?? []), [pages]);
  const scores = useQueries({
    queries: pages.map((page) => pageScoresQuery((page.contacts ?? []).map((contact) => contact.name))),
    combine: joinScores,
  });
  const total = pages[0] ? (pages[0].totalSize ?? contacts.length) : undefined;
  return { people, contacts, scores, total };
}
const NO_PAGES: ListContactsResponse[] = [];

/** Who do we know, and who of them is about to leave? */
export function PeopleList() {
  const { t } = useWords();
  const search = useSearch({ from: '/house/people' });
  const navigate = useNavigate();
  const narrow = useMedia(NARROW);
  const field = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const orderBy = search.sort ?? DEFAULT_SORT;
  const [query, typed, setTyped] = useSearchText();
  // Who searches wants the best first, unless a sort was chosen.
  const asked = query !== '' && search.sort === undefined ? '' : orderBy;
  const found = usePeople(query, asked);
  const [news, clearNews] = useLiveCount((event) => event.type.startsWith('contact.'));
  const setSort = (sort: string) => void navigate({ to: '/people', search: { sort }, state: (before) => before, replace: true });
  useListCommands(grid, field);
  return (
    <Page fill title={t('nav.people')} lead={<Total total={found.total} searching={query !== ''} />}>
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
          void found.people.refetch();
        }}
      />
      {found.scores.failed ? <Partial retry={found.scores.retry}>{t('people.scoresFailed')}</Partial> : null}
      <Outcome found={found} query={query} onClear={() => setTyped('')} />
      {found.contacts.length > 0 ? (
        <Rows key={`${asked}/${query}`} found={found} orderBy={asked} onSort={setSort} grid={grid} />
      ) : null}
    </Page>
  );
}

type Found = ReturnType<typeof usePeople>;

/** What stands in place of rows while there are none: loading, failed, nobody, nobody who matches. */
function Outcome({ found, query, onClear }: { found: Found; query: string; onClear: () => void }) {
  const { t } = useWords();
  const { people, contacts } = found;
  if (contacts.length > 0) return null;
  if (people.isPending) return <Loading rows={12} />;
  if (people.isError) return <Failed error={people.error} what={t('people.failed')} retry={() => void people.refetch()} />;
  if (query === '') {
    return (
      <Empty centre icon={UserSearch} title={t('people.none')}>
        {t('people.noneWhy')}
      </Empty>
    );
  }
  return (
    <Empty
      centre
      icon={UserSearch}
      title={t('people.noMatch')}
      action={<Button onClick={onClear}>{t('people.clearSearch')}</Button>}
    >
      {t('people.noMatchWhy')}
    </Empty>
  );
}

interface RowsProps {
  found: Found;
  orderBy: string;
  onSort: (sort: string) => void;
  grid: RefObject<GridHandle | null>;
}

function Rows({ found: { people, contacts, scores, total }, orderBy, onSort, grid }: RowsProps) {
  const { t, format } = useWords();
  const navigate = useNavigate();
  const place = usePlace();
  const [active, setActive] = useState(0);
  const columns = usePeopleColumns(scores.byContact, scores.pending);
  return (
    <>
      <Grid
        label={t('nav.people')}
        rows={contacts}
        rowKey={(contact) => contact.name}
        columns={columns}
        card={(contact) => <PersonCard contact={contact} score={scores.byContact.get(contact.name)} />}
        total={total !== undefined && total < COUNTED_TO ? total : undefined}
        sort={sortOf(orderBy)}
        onSort={(by) => onSort(orderBy === by ? `${by} desc` : by)}
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
  );
}

function Total({ total, searching }: { total: number | undefined; searching: boolean }) {
  const { t, format } = useWords();
  if (total === undefined) return <>{t('people.counting')}</>;
  const count =
    total >= (searching ? FOUND_TO : COUNTED_TO) ? t('app.atLeast', { count: format.count(total) }) : format.count(total);
  return (
    <span data-figure="people.total" data-value={total}>
      {t(searching ? 'people.matches' : 'people.total', { count, n: total })}
    </span>
  );
}
