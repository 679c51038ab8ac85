// The desk takes each alert over once.
export { type SendingAlert, spendAlert } from './store.ts'
