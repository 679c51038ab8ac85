// Sorted fingerprints of common passwords (test/support/run/make-common-list.ts).
// By chance one in three million other texts is found too.
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export const RECORD_BYTES = 5
export const LIST_FILE = new URL('./common-list.bin', import.meta.url)

let loaded: Buffer | null = null

function list(): Buffer {
  // Read at the first use, because many processes never judge a password.
  loaded ??= readFileSync(LIST_FILE)
  return loaded
}

/** 40 bits, the last one free for a mark. @param entry NFKC, lower case */
export function fingerprintOf(entry: string): number {
  const digest = hash('sha256', entry, 'buffer')
  return digest.readUIntBE(0, RECORD_BYTES) - ((digest[4] ?? 0) & 1)
}

export function listLength(): number {
  return list().length / RECORD_BYTES
}

export function isListed(entry: string): boolean {
  return find(entry) !== null
}

/** Marked are words of letters alone from the top 1000, and our own words. */
export function isVeryCommon(entry: string): boolean {
  return (find(entry) ?? 0) % 2 === 1
}

function find(entry: string): number | null {
  const records = list()
  const wanted = fingerprintOf(entry)
  let low = 0
  let high = records.length / RECORD_BYTES - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = records.readUIntBE(middle * RECORD_BYTES, RECORD_BYTES)
    const difference = found - (found % 2) - wanted
    if (difference === 0) return found
    if (difference < 0) low = middle + 1
    else high = middle - 1
  }
  return null
}
