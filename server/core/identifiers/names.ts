/** `name@domain` from what a person typed; the domain is the default one where they left it out. */
export const addressOf = (login: string, domain: string): string => `${login}@${domain}`

/** The name before the @. */
export const loginOf = (address: string): string => address.slice(0, address.lastIndexOf('@'))

/** What follows the @. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
