// One page in one state, as the development gallery shows it and the tests of pages render it.
import { readFileSync } from 'node:fs'
import { msPerHour } from '#server/core/durations.ts'
import type { ViewLocals } from '#server/kit/pages/view-engine.ts'

export interface Sample {
  /** Page id of the contract. */
  readonly page: string
  /** `empty`, `errors`, or what else sets it apart from the page's other samples. */
  readonly state: string
  readonly view: string
  /** The frame around it; `layouts/page` by default. */
  readonly layout?: string
  readonly signedIn?: true
  /** The view's own locals, and `errors` and `values` where a form was sent. */
  readonly locals?: ViewLocals
}

export const sampleAddress = 'alesia.kavalchuk@postern.example'

/** A fixed moment, so that a page looks the same every day. */
export const sampleMoment = (hoursAgo: number): Date =>
  new Date(Date.UTC(2026, 10, 22, 9, 3) - hoursAgo * msPerHour)

/** Stands for a QR code, which has an address of its own in the portal: a sample asks for nothing else. */
export const sampleQrCode = `data:image/svg+xml;base64,${readFileSync(new URL('sample-qr-code.svg', import.meta.url)).toString('base64')}`
