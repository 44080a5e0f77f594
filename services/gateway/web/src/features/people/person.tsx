import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, UserX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/errors';
import type { Contact } from '../../api/types';
import { PanelBoundary } from '../../app/error-boundary';
import { neighboursOf } from '../../app/list-context';
import { Link, useNavigate, useParams } from '../../app/navigation';
import { DataNote, Page } from '../../app/page';
import { type Command, useCommands } from '../../commands/registry';
import { Button } from '../../design/primitives/button';
import { Moment, Panel } from '../../design/primitives/small';
import { Empty, Failed, Loading, Partial } from '../../design/states/states';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import { Answer } from './answer';
import { Consents, Suppressions } from './consents';
import { Messages } from './messages';
import './people.css';
import { consentsQuery, contactQuery, suppressionsQuery } from './queries';
import { Scores } from './scores';
import { Timeline } from './timeline';

/** The whole person on one page; each record starts afresh. */
export function PersonPage() {
  const { id } = useParams({ from: '/house/people/$id' });
  return <Person key={id} id={id} />;
}

function Person({ id }: { id: string }) {
  const { t } = useWords();
  const name = `contacts/${id}`;
  const contact = useQuery(contactQuery(name));
  const missing = contact.error instanceof ApiError && ['NOT_FOUND', 'INVALID_ARGUMENT'].includes(contact.error.code);
  const title = contact.data?.displayName ?? (missing ? t('person.missing') : t('person.title'));
  return (
    <Page title={title} lead={contact.data ? <Identity contact={contact.data} /> : undefined} above={<Way id={id} />}>
      {contact.isPending ? <Loading rows={6} /> : null}
      {missing ? (
        <Empty icon={UserX} title={t('person.missing')} action={<Link to="/people">{t('person.backToList')}</Link>}>
          {t('person.missingWhy')}
        </Empty>
      ) : null}
      {contact.isError && !contact.data && !missing ? (
        <Failed error={contact.error} what={t('person.failed')} retry={() => void contact.refetch()} />
      ) : null}
      {contact.data ? <Whole contact={contact.data} /> : null}
    </Page>
  );
}

/** The way back to the list, and to the people before and after in it. */
function Way({ id }: { id: string }) {
  const { t, format } = useWords();
  const navigate = useNavigate();
  const near = neighboursOf(id);
  const go = (target: string | undefined) => {
    if (target) void navigate({ to: '/people/$id', params: { id: target }, replace: true });
  };
  const commands: Command[] = [
    {
      id: 'person.list',
      label: 'person.backToList',
      group: 'page',
      keys: ['u'],
      run: () => (near ? history.back() : void navigate({ to: '/people' })),
    },
  ];
  if (near) {
    commands.push(
      { id: 'person.previous', label: 'person.previous', group: 'page', keys: ['['], run: () => go(near.previous) },
      { id: 'person.next', label: 'person.next', group: 'page', keys: [']'], run: () => go(near.next) },
    );
  }
  useCommands(commands);
  return (
    <div className="way">
      <Link
        to="/people"
        onClick={(event) => {
          if (!near) return;
          event.preventDefault();
          history.back();
        }}
      >
        ‹ {t('nav.people')}
      </Link>
      {near ? (
        <>
          <span className="meta num">
            {t('list.position', { row: format.count(near.position), total: format.count(near.total) })}
          </span>
          <Button
            tone="quiet"
            icon={ChevronLeft}
            label={t('person.previous')}
            disabled={!near.previous}
            onClick={() => go(near.previous)}
          />
          <Button tone="quiet" icon={ChevronRight} label={t('person.next')} disabled={!near.next} onClick={() => go(near.next)} />
        </>
      ) : null}
    </div>
  );
}

function Identity({ contact }: { contact: Contact }) {
  const { t, format } = useWords();
  return (
    <>
      {contact.email ? <bdi>{contact.email}</bdi> : t('person.noEmail')} · {format.language(contact.language || 'en')} ·{' '}
      {t('person.externalId', { id: contact.externalId ?? NOTHING })}
    </>
  );
}

function Whole({ contact }: { contact: Contact }) {
  const { t, format } = useWords();
  const consents = useQuery(consentsQuery(contact.name));
  const suppressions = useQuery(suppressionsQuery(contact.name));
  const facts: [string, ReactNode][] = [
    [t('person.source'), contact.source || NOTHING],
    [t('person.known'), <Moment key="known" value={contact.createTime} />],
    [t('person.changed'), <Moment key="changed" value={contact.updateTime} />],
    [t('person.version'), format.count(contact.version ?? '0')],
  ];
  return (
    <>
      {consents.data && suppressions.data ? (
        <Answer contact={contact} states={consents.data.states ?? []} suppressions={suppressions.data} />
      ) : null}
      {consents.isError || suppressions.isError ? (
        <Partial
          retry={() => {
            void consents.refetch();
            void suppressions.refetch();
          }}
        >
          {t('person.answer.failed')}
        </Partial>
      ) : null}
      <div className="person-columns">
        <div className="stack">
          <Panel title={t('person.scores')}>
            <PanelBoundary what={t('person.scoreFailed')}>
              <Scores name={contact.name} />
            </PanelBoundary>
          </Panel>
          <Panel title={t('person.consents')}>
            {consents.isPending ? <Loading rows={3} /> : null}
            {consents.data ? <Consents log={consents.data.log ?? []} /> : null}
            <h3>{t('person.suppressions')}</h3>
            {suppressions.data ? <Suppressions suppressions={suppressions.data} /> : null}
          </Panel>
          <Panel title={t('person.record')}>
            <dl className="facts facts-end">
              {facts.map(([label, value]) => [<dt key={`${label}-n`}>{label}</dt>, <dd key={`${label}-v`}>{value}</dd>])}
            </dl>
          </Panel>
        </div>
        <div className="stack">
          <Panel title={t('person.messages')}>
            <PanelBoundary what={t('person.messagesFailed')}>
              <Messages name={contact.name} />
            </PanelBoundary>
          </Panel>
          <Panel title={t('person.timeline')}>
            <PanelBoundary what={t('person.timelineFailed')}>
              <Timeline name={contact.name} />
            </PanelBoundary>
          </Panel>
        </div>
      </div>
      <DataNote contacts={[contact]} />
    </>
  );
}
