/** From where something was done, as a person recognises it. Never an address of the network in full. */
export interface ClientInfo {
  readonly device: string
  readonly place: string
}

/** For what the portal or an operator did. */
export const noClient: ClientInfo = { device: '', place: '' }
