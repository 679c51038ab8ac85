export { down, up } from '#db/mail-directory/0005-session-logins.ts'
