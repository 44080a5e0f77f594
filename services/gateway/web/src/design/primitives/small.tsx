import { Search } from 'lucide-react';
import type { InputHTMLAttributes, ReactNode, Ref } from 'react';
import { useWords } from '../../i18n/i18n';

/** A moment, as one reads it, with the exact one behind it. */
export function Moment({
  value,
  as = 'dateTime',
}: {
  value: string | undefined;
  as?: 'dateTime' | 'date' | 'relative' | 'time';
}) {
  const { format } = useWords();
  if (!value) return <>{format.dateTime(undefined)}</>;
  return (
    <time dateTime={value} title={as === 'dateTime' ? undefined : format.dateTime(value)}>
      {format[as](value)}
    </time>
  );
}

interface SearchProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  label: string;
  hint?: string;
  ref?: Ref<HTMLInputElement>;
}

export function SearchField({ label, hint, ...rest }: SearchProps) {
  return (
    <div className="search">
      <Search className="icon" aria-hidden />
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        {...rest}
      />
      {hint ? <kbd aria-hidden>{hint}</kbd> : null}
    </div>
  );
}

interface PickProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  onChange: (value: T) => void;
  hideLabel?: boolean;
}

/** One of a short list. The browser's own control: right on every device, and nothing to load. */
export function Pick<T extends string>({ label, value, options, onChange, hideLabel }: PickProps<T>) {
  return (
    <label className="labelled">
      <span className={hideLabel ? 'visually-hidden' : undefined}>{label}</span>
      <select className="select" value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A share between 0 and 1 as a bar; the number itself always stands beside it. */
export function Meter({ value }: { value: number | undefined }) {
  const share = Math.max(0, Math.min(1, value ?? 0));
  return (
    <span className="meter" aria-hidden>
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}

interface PanelProps {
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  id?: string;
}

export function Panel({ title, actions, children, className = '', id }: PanelProps) {
  return (
    <section className={`panel ${className}`} id={id}>
      <div className="panel-head">
        <h2>{title}</h2>
        {actions}
      </div>
      <div className="panel-body">{children}</div>
    </section>
  );
}
