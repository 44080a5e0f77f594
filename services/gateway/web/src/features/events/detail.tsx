import { Check, Copy, Filter } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { VefaEvent } from '../../api/types';
import { contactOf } from '../../app/live-queries';
import { idOf, Link, useNavigate } from '../../app/navigation';
import { Button } from '../../design/primitives/button';
import { Overlay } from '../../design/primitives/overlay';
import { Moment } from '../../design/primitives/small';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';

/** One event whole: its envelope, its data, and the ways to its neighbours. */
export default function EventDetail({ event, onClose }: { event: VefaEvent; onClose: () => void }) {
  const { t, code } = useWords();
  const navigate = useNavigate();
  const [copied, setCopied] = useState(false);
  const contact = contactOf(event);
  const rows: [string, ReactNode][] = [
    [t('events.type'), <code key="type">{event.type}</code>],
    [t('events.subject'), <code key="subject">{event.subject ?? NOTHING}</code>],
    [t('events.version'), event.aggregateVersion ?? NOTHING],
    [t('events.happened'), <Moment key="happened" value={event.occurTime} />],
    [t('events.recorded'), <Moment key="recorded" value={event.recordTime} />],
    [t('events.source'), <code key="source">{event.source ?? NOTHING}</code>],
    [
      t('events.topic'),
      event.topic ? <code key="topic">{`${event.topic} / ${event.partition ?? 0} / ${event.offset ?? '0'}`}</code> : NOTHING,
    ],
    [t('events.id'), <code key="id">{event.id}</code>],
  ];
  const copy = () => {
    void navigator.clipboard?.writeText(JSON.stringify(event, null, 2)).then(() => setCopied(true));
  };
  const sameSubject = () => {
    onClose();
    void navigate({ to: '/events', search: { subject: event.subject }, replace: true });
  };
  return (
    <Overlay side title={code('event', event.type, event.type)} onClose={onClose}>
      <dl className="facts">
        {rows.map(([label, value]) => [<dt key={`${label}-n`}>{label}</dt>, <dd key={`${label}-v`}>{value}</dd>])}
      </dl>
      <div className="row">
        <Button icon={copied ? Check : Copy} onClick={copy}>
          {t(copied ? 'state.copied' : 'events.copy')}
        </Button>
        <Button icon={Filter} onClick={sameSubject}>
          {t('events.sameSubject')}
        </Button>
        {contact ? (
          <Link to="/people/$id" params={{ id: idOf(contact) }} className="button button-quiet">
            {t('events.openPerson')}
          </Link>
        ) : null}
      </div>
      <section className="stack-tight">
        <h3>{t('events.data')}</h3>
        <pre className="event-json" lang="en">
          {JSON.stringify(event.payload ?? {}, null, 2)}
        </pre>
      </section>
    </Overlay>
  );
}
