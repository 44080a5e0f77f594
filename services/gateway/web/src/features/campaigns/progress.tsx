import { useRef } from 'react';
import type { Campaign } from '../../api/types';
import { doneShare, type Outcome } from '../../app/outcome';
import { useWords } from '../../i18n/i18n';

interface Sample {
  at: number;
  done: number;
}

/** How far back the speed looks. */
const WINDOW_MS = 10_000;

/** Messages finished per second over the last samples; undefined until two differ. */
export function speedOf(samples: Sample[]): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 500 || last.done <= first.done) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

function useSpeed(done: number, running: boolean): number | undefined {
  const samples = useRef<Sample[]>([]);
  if (!running) samples.current = [];
  else if (samples.current.at(-1)?.done !== done) {
    const now = Date.now();
    samples.current = [...samples.current.filter((sample) => now - sample.at < WINDOW_MS), { at: now, done }];
  }
  return speedOf(samples.current);
}

/** How far the campaign is, how fast it goes, and how long it will still take. */
export function Progress({ campaign, outcome }: { campaign: Campaign; outcome: Outcome }) {
  const { t, format } = useWords();
  const running = campaign.state === 'STATE_RUNNING';
  const done = outcome.refused + outcome.accepted - outcome.underway;
  const speed = useSpeed(done, running);
  const share = doneShare(outcome);
  const left = speed ? Math.ceil((outcome.audience - done) / speed) : undefined;
  const text = t('campaign.progress', {
    done: format.count(done),
    audience: format.count(outcome.audience),
    share: format.percent(share),
  });
  return (
    <div className="progress">
      <div className="row">
        <strong className="num">{text}</strong>
        {running && speed ? (
          <span className="muted num">
            {t('campaign.speed', { speed: format.number(speed, speed < 10 ? 1 : 0) })}
            {left ? ` · ${t('campaign.left', { seconds: left })}` : ''}
          </span>
        ) : null}
      </div>
      <div
        className="progress-track"
        role="progressbar"
        aria-label={t('campaign.progressLabel')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={text}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
