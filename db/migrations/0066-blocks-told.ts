export { down, up } from '../mail-directory/0006-blocks-told.ts'
