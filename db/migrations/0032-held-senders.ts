export { down, up } from '../mail-directory/0003-held-senders.ts'
