/** An SMTP login is `ADDRESS#EPOCH`: a new password starts an epoch, and older logins end. */
export const addressOfLogin = (login: string): string =>
  login.replace(/#\d{1,19}$/, '').toLowerCase()
