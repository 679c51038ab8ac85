export { down, up } from '../mail-directory/0002-session-epochs.ts'
