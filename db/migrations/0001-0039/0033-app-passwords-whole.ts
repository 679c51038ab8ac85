export { down, up } from '#db/mail-directory/0004-app-passwords-whole.ts'
