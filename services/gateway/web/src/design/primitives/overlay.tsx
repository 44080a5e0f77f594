import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { Dialog, Heading, I18nProvider, Modal, ModalOverlay, Popover } from 'react-aria-components';
import { useWords } from '../../i18n/i18n';
import { Button } from './button';
import './overlay.css';

interface OverlayProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Slides in at the side and leaves what is behind in view. */
  side?: boolean;
  /** The content brings its own head; the title is only told. */
  bare?: boolean;
}

/** A dialog: keeps the focus inside, closes by Escape or outside, gives the focus back. */
export function Overlay({ title, onClose, children, side, bare }: OverlayProps) {
  const { t, format } = useWords();
  return (
    <I18nProvider locale={format.locale}>
      <ModalOverlay
        className={`overlay ${side ? 'overlay-side' : ''}`}
        isOpen
        isDismissable
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        <Modal className="modal">
          <Dialog className="dialog" aria-label={bare ? title : undefined}>
            {bare ? (
              children
            ) : (
              <>
                <div className="dialog-head">
                  <Heading slot="title" level={2}>
                    {title}
                  </Heading>
                  <Button tone="quiet" icon={X} label={t('app.close')} onClick={onClose} />
                </div>
                <div className="dialog-body">{children}</div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  );
}

interface PopProps {
  label: string;
  trigger: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
}

export function Pop({ label, trigger, onClose, children }: PopProps) {
  const { format } = useWords();
  return (
    <I18nProvider locale={format.locale}>
      <Popover
        className="popover"
        aria-label={label}
        triggerRef={trigger}
        isOpen
        offset={6}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        {children}
      </Popover>
    </I18nProvider>
  );
}
