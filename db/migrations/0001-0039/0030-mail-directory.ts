// The portal's own database holds the mail directory as long as no other one is named (MAIL_DIRECTORY_URL).
export { down, up } from '#db/mail-directory/0001-mailboxes.ts'
