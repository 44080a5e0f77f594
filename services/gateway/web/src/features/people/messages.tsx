import { useInfiniteQuery } from '@tanstack/react-query';
import type { Message } from '../../api/types';
import { useCampaignName } from '../../app/campaign-names';
import { idOf, Link } from '../../app/navigation';
import { MessageBadge } from '../../design/primitives/badge';
import { Button } from '../../design/primitives/button';
import { Moment } from '../../design/primitives/small';
import { Empty, Failed, Loading } from '../../design/states/states';
import { useWords } from '../../i18n/i18n';
import { personMessagesQuery } from './queries';

/** Every message asked for, and why it was or was not sent. */
export function Messages({ name }: { name: string }) {
  const { t } = useWords();
  const query = useInfiniteQuery(personMessagesQuery(name));
  if (query.isPending) return <Loading rows={3} />;
  if (query.isError && !query.data) {
    return <Failed error={query.error} what={t('person.messagesFailed')} retry={() => void query.refetch()} />;
  }
  const messages = query.data.pages.flatMap((page) => page.messages ?? []);
  if (messages.length === 0) return <Empty title={t('person.noMessages')}>{t('person.noMessagesWhy')}</Empty>;
  return (
    <>
      <ul className="message-list">
        {messages.map((message) => (
          <MessageLine key={message.name} message={message} />
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} aria-disabled={query.isFetchingNextPage}>
          {t('list.more')}
        </Button>
      ) : null}
    </>
  );
}

function MessageLine({ message }: { message: Message }) {
  const { t, code } = useWords();
  const campaignName = useCampaignName();
  const why = useWhy();
  const originator = message.originator ?? '';
  return (
    <li data-message={message.state}>
      <div className="row">
        <MessageBadge state={message.state} />
        {originator.startsWith('campaigns/') ? (
          <Link to="/campaigns/$id" params={{ id: idOf(originator) }}>
            {campaignName(originator)}
          </Link>
        ) : (
          <span>{originator}</span>
        )}
        <Moment value={message.finishTime ?? message.createTime} />
      </div>
      <p>{why(message)}</p>
      <p className="meta">
        {[
          t('person.messageTerms', { purpose: code('purpose', message.purpose), channel: code('channel', message.channel) }),
          message.policyVersion ? t('person.policy', { version: message.policyVersion }) : '',
          message.reply ?? '',
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </p>
    </li>
  );
}

/** The one sentence that says why a message is where it is. */
function useWhy(): (message: Message) => string {
  const { t, code, format } = useWords();
  return (message) => {
    if (message.state === 'STATE_REFUSED') return t('person.why.refused', { reason: code('refused', message.reason) });
    if (message.reason === 'QUIET_HOURS') return t('person.why.held', { until: format.dateTime(message.holdUntil) });
    return code('person.why', message.state, code('message.state', message.state));
  };
}
