// How much an account sent on each day of late.
export { listSendingDays, type SendingDay } from './store.ts'
