/** Device and place of a request. `place` is never a complete network address. */
export interface ClientInfo {
  readonly device: string
  readonly place: string
}

/** For what the portal itself or an operator does. */
export const noClient: ClientInfo = { device: '', place: '' }
