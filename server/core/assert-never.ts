/** Ends a `switch` over a union: a kind without a case fails the type check here. */
export function assertNever(value: never): never {
  throw new Error(`unhandled: ${JSON.stringify(value)}`)
}
