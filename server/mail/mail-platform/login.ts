/** People are signed in to SMTP as `ADDRESS#EPOCH`, so that a new password ends what the old one opened. The address is the mailbox. */
export const addressOfLogin = (login: string): string =>
  login.replace(/#\d{1,19}$/, '').toLowerCase()
