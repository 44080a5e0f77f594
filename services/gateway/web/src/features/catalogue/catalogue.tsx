import { useQuery } from '@tanstack/react-query';
import { BookOpen, Lock, LockOpen, UserRound } from 'lucide-react';
import { useState } from 'react';
import { Page } from '../../app/page';
import { Badge } from '../../design/primitives/badge';
import { Panel, SearchField } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';
import { type Catalog, catalogQuery, type Kind, reached, type Stream } from './queries';
import './catalogue.css';

function PrivacyBadge({ of }: { of: string }) {
  const { code } = useWords();
  const [tone, icon] =
    of === 'none'
      ? (['good', LockOpen] as const)
      : of === 'pseudonymous'
        ? (['info', UserRound] as const)
        : (['warning', Lock] as const);
  return (
    <Badge tone={tone} icon={icon}>
      {code('catalogue.privacy', of, of)}
    </Badge>
  );
}

function Fields({ catalog, message }: { catalog: Catalog; message: string }) {
  const { t } = useWords();
  return (
    <>
      {reached(catalog, message).map((name) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
        <section className="table-scroll" tabIndex={0} aria-label={name} key={name}>
          <table className="data-table">
            <caption>
              <code>{name}</code>
            </caption>
            <thead>
              <tr>
                <th scope="col">{t('catalogue.field')}</th>
                <th scope="col">{t('catalogue.fieldType')}</th>
                <th scope="col">{t('catalogue.private')}</th>
                <th scope="col">{t('catalogue.meaning')}</th>
              </tr>
            </thead>
            <tbody>
              {catalog.messages[name]?.fields.map((field) => (
                <tr key={field.number}>
                  <th scope="row">
                    <code>{field.jsonName}</code>
                  </th>
                  <td>
                    <code>{field.type}</code>
                  </td>
                  <td>{field.privacy ? <PrivacyBadge of={field.privacy} /> : NOTHING}</td>
                  <td lang="en">{field.comment}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </>
  );
}

function KindDetails({ catalog, kind }: { catalog: Catalog; kind: Kind }) {
  const { t } = useWords();
  // Closed ones cost nothing: their tables are made when they are opened.
  const [open, setOpen] = useState(false);
  return (
    <details className="catalogue-kind" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code className="catalogue-type">{kind.type}</code>
        <PrivacyBadge of={kind.dataClassification} />
        <span className="meta">{t('catalogue.since', { release: kind.since })}</span>
        <span className="catalogue-summary" lang="en">
          {kind.summary}
        </span>
      </summary>
      {open ? (
        <div className="catalogue-body">
          {kind.subject ? (
            <p>
              {t('catalogue.subject')} <code>{kind.subject}</code>
            </p>
          ) : null}
          <Fields catalog={catalog} message={kind.message} />
          <h3>{t('catalogue.example')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
          <section className="table-scroll" tabIndex={0} aria-label={t('catalogue.example')}>
            <pre>{JSON.stringify(kind.example, null, 2)}</pre>
          </section>
          <h3>{t('catalogue.bytes')}</h3>
          <p className="catalogue-bytes">
            <code>{kind.exampleHex}</code>
          </p>
        </div>
      ) : null}
    </details>
  );
}

function StreamPanel({ catalog, stream, kinds }: { catalog: Catalog; stream: Stream; kinds: Kind[] }) {
  const { t } = useWords();
  return (
    <Panel title={stream.service}>
      <p className="meta">
        <code>{stream.topic}</code> · <code>{stream.stateTopic}</code> ·{' '}
        <a className="catalogue-schema" href={`/schemas/${stream.message}@${stream.schemaHash}?format=json`}>
          {t('catalogue.schema')}
        </a>
      </p>
      {kinds.map((kind) => (
        <KindDetails catalog={catalog} kind={kind} key={kind.type} />
      ))}
    </Panel>
  );
}

/** Which events are there, what do they carry, and what of it is personal? */
export function Catalogue() {
  const { t } = useWords();
  const catalog = useQuery(catalogQuery);
  const [text, setText] = useState('');
  // Types and comments are English, whatever the page speaks.
  const wanted = text.trim().toLocaleLowerCase('en');
  const streams = (catalog.data?.streams ?? [])
    .map((stream) => ({
      stream,
      kinds: [...stream.events, stream.state].filter(
        (kind) => kind.type.includes(wanted) || kind.summary.toLocaleLowerCase('en').includes(wanted),
      ),
    }))
    .filter(({ kinds }) => kinds.length > 0);
  return (
    <Page
      title={t('catalogue.title')}
      lead={t('catalogue.lead')}
      actions={
        <a className="button" href="/asyncapi.json">
          AsyncAPI
        </a>
      }
    >
      <SearchField label={t('catalogue.find')} value={text} onChange={(event) => setText(event.target.value)} />
      {catalog.isPending ? <Loading rows={8} /> : null}
      {catalog.isError ? (
        <Failed error={catalog.error} what={t('catalogue.failed')} retry={() => void catalog.refetch()} />
      ) : null}
      {catalog.data && streams.length === 0 ? <Empty icon={BookOpen} title={t('catalogue.none')} /> : null}
      {catalog.data
        ? streams.map(({ stream, kinds }) => (
            <StreamPanel catalog={catalog.data} stream={stream} kinds={kinds} key={stream.service} />
          ))
        : null}
    </Page>
  );
}
