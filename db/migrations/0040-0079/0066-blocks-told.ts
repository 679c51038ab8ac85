export { down, up } from '#db/mail-directory/0006-blocks-told.ts'
