import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'primary' | 'plain' | 'quiet';
  icon?: LucideIcon;
  /** An icon alone: `label` names it and shows as its tip. */
  label?: string;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'plain', icon: Icon, label, className = '', children, ...rest }: Props) {
  const alone = children === undefined;
  return (
    <button
      type="button"
      {...rest}
      aria-label={label ?? rest['aria-label']}
      title={alone ? label : rest.title}
      className={`button button-${tone} ${alone ? 'button-icon' : ''} ${className}`}
    >
      {Icon ? <Icon className="icon" aria-hidden /> : null}
      {children}
    </button>
  );
}
