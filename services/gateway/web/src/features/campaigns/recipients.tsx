import { type UseQueryResult, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { UserSearch } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { Contact, ListMessagesResponse } from '../../api/types';
import { ListBar } from '../../app/list-bar';
import { useListCommands } from '../../app/list-commands';
import { leaveFromList } from '../../app/list-context';
import { useLiveCount } from '../../app/live-queries';
import { idOf, Link, useNavigate, useParams, usePlace, useSearch } from '../../app/navigation';
import { campaignTitle, type Outcome, outcomeOf } from '../../app/outcome';
import { BrokenAddress, DataNote, Page } from '../../app/page';
import type { RecipientsSearch } from '../../app/search';
import { Grid, type GridHandle } from '../../design/grid/grid';
import { Button } from '../../design/primitives/button';
import { Pick } from '../../design/primitives/small';
import { Empty, Failed, Loading, Partial } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { campaignQuery, pageContactsQuery, recipientsQuery } from './queries';
import { RecipientCard, useRecipientColumns } from './recipient-columns';

const STATES = ['REFUSED', 'ACCEPTED', 'DELIVERED', 'BOUNCED', 'FAILED', 'UNKNOWN'];

/** How many the campaign says there are behind a filter; the list must show as many. */
export function expectedCount(outcome: Outcome, state: string | undefined, reason: string | undefined): number {
  if (reason) return outcome.reasons.find((each) => each.reason === reason)?.count ?? 0;
  const byState: Record<string, number> = {
    REFUSED: outcome.refused,
    ACCEPTED: outcome.underway,
    DELIVERED: outcome.delivered,
    BOUNCED: outcome.bounced,
    FAILED: outcome.failed,
    UNKNOWN: outcome.unknown,
  };
  return state ? (byState[state] ?? 0) : outcome.requested;
}

function joinContacts(pages: UseQueryResult<Map<string, Contact>>[]) {
  const byName = new Map<string, Contact>();
  for (const page of pages) for (const [name, contact] of page.data ?? []) byName.set(name, contact);
  const broken = pages.filter((page) => page.isError && !page.data);
  return {
    byName,
    failed: broken.length > 0,
    retry: () => {
      for (const page of broken) void page.refetch();
    },
  };
}

/** The messages behind a filter, page by page, with the people they were for. */
function useRecipients(name: string, state: string | undefined, reason: string | undefined) {
  const campaign = useQuery(campaignQuery(name));
  const query = useInfiniteQuery(recipientsQuery(name, state, reason));
  const pages = query.data?.pages ?? NO_PAGES;
  const messages = useMemo(() => pages.flatMap((page) => page.messages ?? []), [pages]);
  const contacts = useQueries({
    queries: pages.map((page) => pageContactsQuery((page.messages ?? []).map((message) => message.contact ?? ''))),
    combine: joinContacts,
  });
  const outcome = outcomeOf(campaign.data?.progress);
  const total = campaign.data ? Math.max(expectedCount(outcome, state, reason), messages.length) : undefined;
  return { campaign, query, messages, contacts, outcome, total };
}
const NO_PAGES: ListMessagesResponse[] = [];

/** The people behind a number of the campaign, each with the reason. */
export function Recipients() {
  const { t } = useWords();
  const { id } = useParams({ from: '/house/campaigns/$id/recipients' });
  const { state, reason, notice } = useSearch({ from: '/house/campaigns/$id/recipients' });
  const found = useRecipients(`campaigns/${id}`, state, reason);
  const { campaign, query, messages, contacts, total } = found;
  const [news, clearNews] = useLiveCount((event) => event.type.startsWith('message.'));
  const title = campaign.data ? campaignTitle(campaign.data) : id;
  return (
    <Page
      fill
      title={t('recipients.title')}
      lead={
        <span data-figure="recipients.total">
          {total === undefined ? t('people.counting') : t('recipients.lead', { count: total, name: title })}
        </span>
      }
      above={
        <div className="way">
          <Link to="/campaigns/$id" params={{ id }}>
            ‹ {title}
          </Link>
        </div>
      }
    >
      <BrokenAddress notice={notice} />
      <Filters id={id} state={state} reason={reason} outcome={found.outcome} />
      <ListBar
        count={campaign.data?.state === 'STATE_COMPLETED' ? 0 : news}
        onShow={() => {
          clearNews();
          void query.refetch();
        }}
      />
      {contacts.failed ? <Partial retry={contacts.retry}>{t('recipients.namesFailed')}</Partial> : null}
      {query.isPending ? <Loading rows={12} /> : null}
      {query.isError && messages.length === 0 ? (
        <Failed error={query.error} what={t('recipients.failed')} retry={() => void query.refetch()} />
      ) : null}
      {query.data && messages.length === 0 ? (
        <Empty centre icon={UserSearch} title={t('recipients.none')}>
          {t('recipients.noneWhy')}
        </Empty>
      ) : null}
      {messages.length > 0 ? <Rows key={`${state}/${reason}`} found={found} /> : null}
    </Page>
  );
}

type Found = ReturnType<typeof useRecipients>;

function Filters({ id, state, reason, outcome }: RecipientsSearch & { id: string; outcome: Outcome }) {
  const { t, code } = useWords();
  const navigate = useNavigate();
  const filter = (search: RecipientsSearch) =>
    void navigate({ to: '/campaigns/$id/recipients', params: { id }, search, replace: true });
  const states = STATES.map((each) => ({ value: each, label: code('message.state', `STATE_${each}`) }));
  const reasons = reasonsOf(outcome, reason).map((each) => ({ value: each, label: code('refused', each) }));
  return (
    <div className="toolbar">
      <Pick
        label={t('recipients.state')}
        value={state ?? ''}
        options={[{ value: '', label: t('recipients.anyState') }, ...states]}
        onChange={(value) => filter(value ? { state: value } : {})}
      />
      {state === 'REFUSED' || reason ? (
        <Pick
          label={t('recipients.reason')}
          value={reason ?? ''}
          options={[{ value: '', label: t('recipients.anyReason') }, ...reasons]}
          onChange={(value) => filter(value ? { state: 'REFUSED', reason: value } : { state: 'REFUSED' })}
        />
      ) : null}
      {state || reason ? (
        <Button tone="quiet" onClick={() => filter({})}>
          {t('recipients.clear')}
        </Button>
      ) : null}
    </div>
  );
}

function Rows({ found: { query, messages, contacts, total } }: { found: Found }) {
  const { t, format } = useWords();
  const navigate = useNavigate();
  const place = usePlace();
  const grid = useRef<GridHandle>(null);
  const [active, setActive] = useState(0);
  const columns = useRecipientColumns(contacts.byName);
  useListCommands(grid);
  return (
    <>
      <Grid
        label={t('recipients.title')}
        rows={messages}
        rowKey={(message) => message.name}
        columns={columns}
        card={(message) => <RecipientCard message={message} contact={contacts.byName.get(message.contact ?? '')} />}
        total={total}
        hasMore={query.hasNextPage}
        loadMore={() => {
          if (!query.isFetchingNextPage && !query.isError) void query.fetchNextPage();
        }}
        handle={grid}
        place={place}
        onPlace={setActive}
        onOpen={(message) => {
          leaveFromList({ ids: messages.map((each) => idOf(each.contact)), total });
          void navigate({ to: '/people/$id', params: { id: idOf(message.contact) } });
        }}
      />
      <div className="row">
        <span className="meta num">
          {t('list.position', { row: format.count(active + 1), total: format.count(total ?? messages.length) })}
        </span>
        <DataNote contacts={[...contacts.byName.values()].slice(0, 50)} />
      </div>
    </>
  );
}

/** The reasons there are, and the one asked for even if nobody was refused for it. */
function reasonsOf(outcome: Outcome, asked: string | undefined): string[] {
  const known = outcome.reasons.map((each) => each.reason);
  return asked && !known.includes(asked) ? [...known, asked] : known;
}
