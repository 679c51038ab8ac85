// What the desk may use of this feature's store: it takes over each alert once.
export { type SendingAlert, spendAlert } from './store.ts'
