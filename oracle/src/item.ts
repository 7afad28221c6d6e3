/** The item at an index that the caller knows to exist. @throws RangeError when it does not: a bug, not an input */
export function itemAt<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`index ${index} of ${items.length}`)
  return item
}
