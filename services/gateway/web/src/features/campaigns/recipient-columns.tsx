import { useMemo } from 'react';
import type { Contact, Message } from '../../api/types';
import { idOf, Link } from '../../app/navigation';
import type { Column } from '../../design/grid/grid';
import { MessageBadge } from '../../design/primitives/badge';
import { Moment } from '../../design/primitives/small';
import { NOTHING } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';

function Name({ message, contact }: { message: Message; contact: Contact | undefined }) {
  return (
    <Link to="/people/$id" params={{ id: idOf(message.contact) }} tabIndex={-1} className="record-name">
      <bdi>{contact?.displayName ?? '…'}</bdi>
    </Link>
  );
}

/** The reason in words, else what the receiving server said. */
function useWhy(): (message: Message) => string {
  const { code } = useWords();
  return (message) => (message.reason ? code('refused', message.reason) : (message.reply ?? NOTHING) || NOTHING);
}

export function useRecipientColumns(contacts: Map<string, Contact>): Column<Message>[] {
  const { t, format } = useWords();
  const why = useWhy();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('people.name'),
        track: 'minmax(9rem, 1.5fr)',
        cell: (row) => <Name message={row} contact={contacts.get(row.contact ?? '')} />,
      },
      {
        id: 'external',
        header: t('people.externalId'),
        track: 'minmax(5rem, 0.7fr)',
        cell: (row) => contacts.get(row.contact ?? '')?.externalId ?? NOTHING,
      },
      {
        id: 'state',
        header: t('recipients.state'),
        track: 'minmax(8rem, 0.9fr)',
        cell: (row) => <MessageBadge state={row.state} />,
      },
      { id: 'why', header: t('recipients.why'), track: 'minmax(9rem, 2fr)', cell: why },
      {
        id: 'policy',
        header: t('recipients.policy'),
        track: 'minmax(3.5rem, 0.5fr)',
        wide: true,
        end: true,
        cell: (row) => (row.policyVersion ? format.count(row.policyVersion) : NOTHING),
      },
      {
        id: 'time',
        header: t('recipients.time'),
        track: 'minmax(10rem, 1.1fr)',
        end: true,
        cell: (row) => <Moment value={row.finishTime ?? row.createTime} />,
      },
    ],
    [t, format, why, contacts],
  );
}

export function RecipientCard({ message, contact }: { message: Message; contact: Contact | undefined }) {
  const why = useWhy();
  return (
    <>
      <div>
        <span>
          <Name message={message} contact={contact} />
        </span>
        <MessageBadge state={message.state} />
      </div>
      <div className="meta">
        <span>{why(message)}</span>
        <Moment value={message.finishTime ?? message.createTime} as="relative" />
      </div>
    </>
  );
}
