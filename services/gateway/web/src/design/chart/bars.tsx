import type { ReactNode } from 'react';
import './chart.css';

export interface Bar {
  key: string;
  label: ReactNode;
  value: number;
  /** The number as one reads it. */
  text: ReactNode;
}

/** Which is largest: sorted horizontal bars from zero, the number at the end of each row. */
export function BarList({ bars, tone = 'back-1', label }: { bars: Bar[]; tone?: string; label: string }) {
  const sorted = [...bars].sort((a, b) => b.value - a.value);
  const max = Math.max(1e-9, ...sorted.map((bar) => bar.value));
  return (
    <ul className="bars" aria-label={label}>
      {sorted.map((bar) => (
        <li key={bar.key}>
          <span>{bar.label}</span>
          <span className="bar-track" aria-hidden>
            <span className={`bar-fill ${tone}`} style={{ width: `${(bar.value / max) * 100}%` }} />
          </span>
          <span className="bar-value">{bar.text}</span>
        </li>
      ))}
    </ul>
  );
}

export interface StackPart {
  key: string;
  /** Class that paints it: `stack-delivered` and so on. */
  tone: string;
  label: ReactNode;
  value: number;
  text: ReactNode;
}

/** Which part of a whole went where: one bar, and under it every part with its number. */
export function Stacked({ parts, total, label }: { parts: StackPart[]; total: number; label: string }) {
  const shown = parts.filter((part) => part.value > 0);
  return (
    <div className="stack-tight">
      <div className="stacked" role="img" aria-label={label}>
        {shown.map((part) => (
          <span key={part.key} className={part.tone} style={{ width: `${(part.value / Math.max(1, total)) * 100}%` }} />
        ))}
      </div>
      <ul className="legend">
        {parts.map((part) => (
          <li key={part.key}>
            <span className={`swatch ${part.tone}`} aria-hidden />
            <span>{part.label}</span>
            <strong>{part.text}</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Two numbers of one row side by side on the same scale. */
export function PairBars({ first, second, max }: { first: number; second: number; max: number }) {
  const width = (value: number) => `${(Math.max(0, value) / Math.max(1e-9, max)) * 100}%`;
  return (
    <span className="pair" aria-hidden>
      <span className="back-1" style={{ width: width(first) }} />
      <span className="back-2" style={{ width: width(second) }} />
    </span>
  );
}
