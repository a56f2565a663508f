import type { KindReading, ReadingEvent, ReadingSink } from '../../lib/inventory/reading.ts';

type RowsEvent = Extract<ReadingEvent, { readonly rows: readonly unknown[] }>;
type RowsOf<Type extends RowsEvent['type']> = Extract<RowsEvent, { readonly type: Type }>['rows'][number];

/** A sink that keeps every event. */
export interface RecordedEvents {
  readonly write: ReadingSink;
  readonly events: readonly ReadingEvent[];
  /** How each kind was read. */
  readonly readings: readonly KindReading[];
  rows<Type extends RowsEvent['type']>(type: Type): readonly RowsOf<Type>[];
}

export function recordEvents(): RecordedEvents {
  const events: ReadingEvent[] = [];
  return {
    events,
    write: (event) => void events.push(event),
    get readings() {
      return events.flatMap((event) => (event.type === 'end' ? [event.reading] : []));
    },
    rows: <Type extends RowsEvent['type']>(type: Type) =>
      events.flatMap((event): readonly RowsOf<Type>[] => (hasType(event, type) ? event.rows : [])),
  };
}

function hasType<Type extends RowsEvent['type']>(
  event: ReadingEvent,
  type: Type,
): event is ReadingEvent & { readonly type: Type; readonly rows: readonly RowsOf<Type>[] } {
  return event.type === type;
}
