/** An SMTP login is `ADDRESS#EPOCH`, so that a new password ends sessions of the old one. */
export const addressOfLogin = (login: string): string =>
  login.replace(/#\d{1,19}$/, '').toLowerCase()
