/** The device and place of a request. The network address is never complete. */
export interface ClientInfo {
  readonly device: string
  readonly place: string
}

/** For acts of the portal and of operators. */
export const noClient: ClientInfo = { device: '', place: '' }
