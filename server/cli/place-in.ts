/** Compares items by their place in `names`. Items that it lacks come last. */
export function byPlaceIn<T>(
  names: readonly string[],
  nameOf: (item: T) => string | undefined,
): (one: T, other: T) => number {
  const placeOf = (item: T) => {
    const place = names.indexOf(nameOf(item) ?? '')
    return place === -1 ? names.length : place
  }
  return (one, other) => placeOf(one) - placeOf(other)
}
