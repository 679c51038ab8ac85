export { down, up } from '#db/mail-directory/0002-session-epochs.ts'
