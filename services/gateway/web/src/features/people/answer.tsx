import { CircleCheck, CircleSlash } from 'lucide-react';
import type { Consent, Contact, Suppression } from '../../api/types';
import { useWords } from '../../i18n/i18n';
import type { MessageId } from '../../i18n/ids';
import { type Verdict, verdicts } from './permission';

const SENTENCE: Record<Verdict['kind'], MessageId> = {
  granted: 'person.answer.granted',
  withdrawn: 'person.answer.withdrawn',
  suppressed: 'person.answer.suppressed',
  noAddress: 'person.answer.noAddress',
  neverAsked: 'person.answer.neverAsked',
};

export const PROOF_ID = 'proof';

interface Props {
  contact: Contact;
  states: Consent[];
  suppressions: Suppression[];
}

/** "May we write to her?" answered in a sentence, before anything else on the page. */
export function Answer({ contact, states, suppressions }: Props) {
  const { t, code, format } = useWords();
  const showProof = () => {
    const proof = document.getElementById(PROOF_ID);
    proof?.scrollIntoView({ block: 'start' });
    proof?.focus({ preventScroll: true });
  };
  return (
    <div className="stack-tight" data-answer>
      {verdicts(contact, states, suppressions).map((verdict) => {
        const yes = verdict.kind === 'granted';
        const Icon = yes ? CircleCheck : CircleSlash;
        return (
          <div
            key={`${verdict.purpose}/${verdict.channel}`}
            className={`answer tone-${yes ? 'good' : 'warning'}`}
            data-verdict={verdict.kind}
          >
            <Icon className="icon" aria-hidden />
            <div>
              <p>
                <strong>{t(yes ? 'person.answer.yes' : 'person.answer.no')}</strong>{' '}
                {t(SENTENCE[verdict.kind], {
                  channel: code('channel', verdict.channel),
                  purpose: code('purpose', verdict.purpose),
                  date: format.date(verdict.since),
                  why: code('suppression', verdict.reason),
                })}{' '}
                {states.length > 0 ? (
                  <a
                    href={`#${PROOF_ID}`}
                    onClick={(event) => {
                      event.preventDefault();
                      showProof();
                    }}
                  >
                    {t('person.answer.proof')}
                  </a>
                ) : null}
              </p>
            </div>
          </div>
        );
      })}
    </div>
  );
}
