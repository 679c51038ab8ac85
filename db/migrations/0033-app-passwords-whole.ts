export { down, up } from '../mail-directory/0004-app-passwords-whole.ts'
