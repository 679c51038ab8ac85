export { down, up } from '../mail-directory/0005-session-logins.ts'
