export { down, up } from '#db/mail-directory/0003-held-senders.ts'
