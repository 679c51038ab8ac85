// What a request tells about the person's device and network, as far as it is ever kept or counted.

import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import Bowser from 'bowser'
import express, { type Express, type Request } from 'express'
import type { ClientInfo } from '#server/core/client-info.ts'

/** Turns an address into a place such as `Minsk, BY`, or undefined where the database does not know it. */
export type FindPlace = (ip: string) => string | undefined

/**
 * The one spelling of a network address, or undefined where it is none: IPv6 in lower case and short (RFC 5952), without its zone,
 * and `::ffff:192.0.2.1` as the IPv4 address that it carries.
 */
export function canonicalAddress(given: string | undefined): string | undefined {
  if (given === undefined || isIPv4(given)) return given
  if (!isIPv6(given)) return undefined
  const { address } = new SocketAddress({ family: 'ipv6', address: given })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
}

/**
 * Makes `req.ip` canonical for every request of the app, or undefined where the connection is gone.
 * Security: what a trusted proxy passes on and is no bare address (with a port, in brackets, rubbish) makes no key of its own: all of
 * it counts as the proxy that said it.
 */
export function canonicalAddresses(app: Express): void {
  const given = Object.getOwnPropertyDescriptor(express.request, 'ip')?.get
  if (!given) throw new Error('express has no req.ip')
  Object.defineProperty(app.request, 'ip', {
    get(this: Request): string | undefined {
      const named = canonicalAddress(given.call(this))
      if (named !== undefined) return named
      // Farthest first, without the one that is connected to us.
      const proxy = this.ips.find((each) => canonicalAddress(each) !== undefined)
      return canonicalAddress(proxy ?? this.socket.remoteAddress)
    },
  })
}

/** The eight groups of a canonical IPv6 address. */
function expandIPv6(address: string): string[] {
  const [left = [], right = []] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

/**
 * The network that limits are counted for: an IPv4 address whole, an IPv6 one as its /64, since a household owns all of that. What is
 * no address is one network.
 */
export function networkOf(ip: string | undefined): string {
  const address = canonicalAddress(ip)
  if (address === undefined) return 'unknown'
  return address.includes(':') ? `${expandIPv6(address).slice(0, 4).join(':')}::/64` : address
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
  (ip: string | undefined): string => {
    const address = canonicalAddress(ip)
    // The database of places throws for what is no address.
    return (address && findPlace(address)) ?? roughNetwork(networkOf(address))
  }

export function createClientReader(findPlace: FindPlace): (req: Request) => ClientInfo {
  const placeOf = createPlaceOf(findPlace)
  return (req) => ({ device: deviceOf(req.get('user-agent')), place: placeOf(req.ip) })
}
