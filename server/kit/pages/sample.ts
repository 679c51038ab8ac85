// A sample shows a page in one state, for the gallery and for tests.

import { readFileSync } from 'node:fs'
import { msPerHour } from '#server/core/durations.ts'
import type { ViewLocals } from './view-engine.ts'

export interface Sample {
  readonly page: string
  /** Distinguishes the samples of one page: `empty`, `errors` … */
  readonly state: string
  readonly view: string
  /** Default `layouts/page`. */
  readonly layout?: string
  readonly signedIn?: true
  /** Also `errors` and `values`, if a form was sent. */
  readonly locals?: ViewLocals
}

export const sampleAddress = 'alesia.kavalchuk@postern.example'

/** From a fixed moment, so that a page looks the same every day. */
export const sampleMoment = (hoursAgo: number): Date =>
  new Date(Date.UTC(2026, 10, 22, 9, 3) - hoursAgo * msPerHour)

const qrCode = readFileSync(new URL('sample-qr-code.svg', import.meta.url)).toString('base64')

/** A data URL, so that a sample loads nothing. */
export const sampleQrCode = `data:image/svg+xml;base64,${qrCode}`
