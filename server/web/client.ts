// What a request tells about the person's device and network, as far as it is ever kept or counted.
import { isIPv6 } from 'node:net'
import Bowser from 'bowser'
import type { Request } from 'express'
import type { Trace } from '../activity/events.ts'

/** Turns an address into a place such as `Minsk, BY`, or undefined where the database does not know it. */
export type FindPlace = (ip: string) => string | undefined

const groupsOf = (half: string) => (half === '' ? [] : half.split(':'))

/** The eight groups of an IPv6 address, without leading zeros. */
function expandIPv6(ip: string): string[] {
  const [head = '', tail] = ip.replace(/%.*$/, '').split('::')
  const left = groupsOf(head)
  const right = tail === undefined ? [] : groupsOf(tail)
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...gap, ...right].map((group) => Number.parseInt(group, 16).toString(16))
}

/**
 * The network that limits are counted for: an IPv4 address whole, an IPv6 one as its /64, since a household owns all of that.
 * `::ffff:192.0.2.1` is the IPv4 address that it carries.
 */
export function networkOf(ip: string | undefined): string {
  if (!ip) return 'unknown'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped) return mapped
  return isIPv6(ip) ? `${expandIPv6(ip).slice(0, 4).join(':')}::/64` : ip
}

/** An address with its last half left out: enough to recognise one's own, too little to find a person. */
export function roughNetwork(network: string): string {
  if (network.includes(':')) return `${network.split(':').slice(0, 2).join(':')}:…`
  return network.replace(/^(\d+\.\d+)\.\d+\.\d+$/, '$1.…')
}

/** `Firefox, Android`; empty where the browser does not say. Only words of the library's own list, never the header's text. */
export function deviceOf(userAgent: string | undefined): string {
  if (!userAgent || userAgent.length > 512) return ''
  const known = devices.get(userAgent)
  if (known !== undefined) return known
  const device = readDevice(userAgent)
  if (devices.size >= keptDevices) devices.clear()
  devices.set(userAgent, device)
  return device
}

/** Most people have one of few browsers, and each is tried against hundreds of patterns. */
const devices = new Map<string, string>()
const keptDevices = 500

function readDevice(userAgent: string): string {
  const { browser, os } = Bowser.parse(userAgent)
  return [browser.name, os.name].filter((name) => name && /^[\w .+-]{1,40}$/.test(name)).join(', ')
}

/** Where a network address is, as roughly as it is ever kept. */
export const createPlaceOf =
  (findPlace: FindPlace) =>
  (ip: string | undefined): string =>
    findPlace(ip ?? '') ?? roughNetwork(networkOf(ip))

export function createTracer(findPlace: FindPlace): (req: Request) => Trace {
  const placeOf = createPlaceOf(findPlace)
  return (req) => ({ device: deviceOf(req.get('user-agent')), place: placeOf(req.ip) })
}
