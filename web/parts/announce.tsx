import { signal } from '@preact/signals';

const announced = signal('');

/** Tells screen readers, without moving the focus. The same text twice is told twice. */
export function announce(text: string): void {
  announced.value = '';
  requestAnimationFrame(() => {
    announced.value = text;
  });
}

export function LiveRegion() {
  return (
    <div role="status" class="unseen">
      {announced}
    </div>
  );
}
