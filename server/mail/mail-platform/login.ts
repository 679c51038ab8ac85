/** An SMTP login is `ADDRESS#EPOCH`. A new password starts another epoch. */
export const addressOfLogin = (login: string): string =>
  login.replace(/#\d{1,19}$/, '').toLowerCase()
