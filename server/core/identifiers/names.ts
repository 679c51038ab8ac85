export const addressOf = (login: string, domain: string): string => `${login}@${domain}`

export const loginOf = (address: string): string => address.slice(0, address.lastIndexOf('@'))

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
