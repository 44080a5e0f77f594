/** Where one was in a list, so that the way back ends on the same row. */
export interface Place {
  active: number;
  offset: number;
}

const MAX_PLACES = 50;
const places = new Map<string, Place>();

export function rememberPlace(key: string, place: Place): void {
  places.delete(key);
  places.set(key, place);
  const oldest = places.keys().next().value;
  if (places.size > MAX_PLACES && oldest !== undefined) places.delete(oldest);
}

export function recallPlace(key: string | undefined): Place | undefined {
  return key === undefined ? undefined : places.get(key);
}

export function forgetPlaces(): void {
  places.clear();
}
