import { queryOptions, useQuery } from '@tanstack/react-query';
import { CheckCircle2, CircleHelp, HeartPulse, XCircle } from 'lucide-react';
import { getStatus } from '../../api/resources';
import type { ServiceStatus } from '../../api/types';
import { useLiveState } from '../../app/live-queries';
import { Page } from '../../app/page';
import { Badge, Note } from '../../design/primitives/badge';
import { Button } from '../../design/primitives/button';
import { Moment, Panel } from '../../design/primitives/small';
import { Empty, Failed, Loading, Partial } from '../../design/states/states';
import { NOTHING, toCount } from '../../i18n/format';
import { useWords } from '../../i18n/i18n';

const REFRESH_MS = 5_000;

const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => getStatus(signal),
  refetchInterval: REFRESH_MS,
});

function StateBadge({ state }: { state: string | undefined }) {
  const { code } = useWords();
  const [tone, icon] =
    state === 'SERVING'
      ? (['good', CheckCircle2] as const)
      : state === 'UNREACHABLE'
        ? (['bad', XCircle] as const)
        : (['neutral', CircleHelp] as const);
  return (
    <Badge tone={tone} icon={icon}>
      {code('service.state', state)}
    </Badge>
  );
}

function Services({ services }: { services: ServiceStatus[] }) {
  const { t, format } = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
    <section className="table-scroll" tabIndex={0} aria-label={t('system.services')}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t('system.service')}</th>
            <th scope="col">{t('system.state')}</th>
            <th scope="col" className="wide-only">
              {t('system.version')}
            </th>
            <th scope="col" className="wide-only">
              {t('system.topic')}
            </th>
            <th scope="col" className="end">
              {t('system.recorded')}
            </th>
            <th scope="col" className="end">
              {t('system.pending')}
            </th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <tr key={service.name}>
              <th scope="row">
                <strong>{service.name}</strong>
              </th>
              <td>
                <StateBadge state={service.state} />
              </td>
              <td className="wide-only">{service.version || NOTHING}</td>
              <td className="wide-only">{service.topic ? <code>{service.topic}</code> : NOTHING}</td>
              <td className="end">{service.topic ? format.count(service.eventsRecorded ?? '0') : NOTHING}</td>
              <td className="end">{service.topic ? format.count(service.eventsPending ?? '0') : NOTHING}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Is everything flowing? */
export function System() {
  const { t, format } = useWords();
  const status = useQuery(statusQuery);
  const live = useLiveState();
  const services = status.data?.services ?? [];
  const down = services.filter((service) => service.state !== 'SERVING').length;
  const pending = services.reduce((sum, service) => sum + toCount(service.eventsPending), 0);
  const recorded = services.reduce((sum, service) => sum + toCount(service.eventsRecorded), 0);
  return (
    <Page
      title={t('nav.system')}
      lead={t('system.lead')}
      actions={<Button onClick={() => void status.refetch()}>{t('system.refresh')}</Button>}
    >
      {status.isPending ? <Loading rows={6} /> : null}
      {status.isError && !status.data ? (
        <Failed error={status.error} what={t('system.failed')} retry={() => void status.refetch()} />
      ) : null}
      {status.isError && status.data ? <Partial retry={() => void status.refetch()}>{t('system.stale')}</Partial> : null}
      {status.data ? (
        <>
          <dl className="figures">
            <div className="figure">
              <dt>{t('system.services')}</dt>
              <dd>{t('system.serving', { up: format.count(services.length - down), all: format.count(services.length) })}</dd>
            </div>
            <div className="figure">
              <dt>{t('system.recorded')}</dt>
              <dd data-figure="events.recorded">{format.count(recorded)}</dd>
            </div>
            <div className="figure">
              <dt>{t('system.pending')}</dt>
              <dd data-figure="events.pending">{format.count(pending)}</dd>
            </div>
          </dl>
          {status.data.eventsVolatile ? <Note tone="warning">{t('live.volatile')}</Note> : null}
          <Panel title={t('system.services')}>
            {services.length === 0 ? <Empty icon={HeartPulse} title={t('system.none')} /> : null}
            <Services services={services} />
            <p className="meta">
              {t('system.caption')} {t('system.stream', { state: t(`live.${live}`) })} {t('system.asOf')}{' '}
              <Moment value={new Date(status.dataUpdatedAt).toISOString()} as="time" />
            </p>
          </Panel>
        </>
      ) : null}
    </Page>
  );
}
