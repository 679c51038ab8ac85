// What the portal keeps of a person's device and network, and what its limits count by.

import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import Bowser from 'bowser'
import express, { type Express, type Request } from 'express'
import type { ClientInfo } from '#server/core/client-info.ts'

/** `Minsk, BY`, or undefined if the place database does not know the address. */
export type FindPlace = (ip: string) => string | undefined

/** IPv6 short and in lower case (RFC 5952), without its zone; `::ffff:192.0.2.1` as IPv4. */
export function canonicalAddress(given: string | undefined): string | undefined {
  if (given === undefined || isIPv4(given)) return given
  if (!isIPv6(given)) return undefined
  const { address } = new SocketAddress({ family: 'ipv6', address: given })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
}

// Security: If a proxy forwards no plain address, the client's address is that of the proxy.
// This gives `req.ip` a new meaning. It is undefined once the connection is gone.
export function canonicalAddresses(app: Express): void {
  const given = Object.getOwnPropertyDescriptor(express.request, 'ip')?.get
  if (!given) throw new Error('express has no req.ip')
  Object.defineProperty(app.request, 'ip', {
    get(this: Request): string | undefined {
      const named = canonicalAddress(given.call(this))
      if (named !== undefined) return named
      // The farthest proxy stands first in `req.ips`. The nearest is missing: it holds the socket.
      const proxy = this.ips.find((each) => canonicalAddress(each) !== undefined)
      return canonicalAddress(proxy ?? this.socket.remoteAddress)
    },
  })
}

function expandIPv6(address: string): string[] {
  const [left = [], right = []] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}

/** Limits count an IPv6 address as its /64, because one household has a whole /64. */
export function networkOf(ip: string | undefined): string {
  const address = canonicalAddress(ip)
  if (address === undefined) return 'unknown'
  return address.includes(':') ? `${expandIPv6(address).slice(0, 4).join(':')}::/64` : address
}

/** Half of the address: its owner recognises the network, and others cannot find the person. */
export function roughNetwork(network: string): string {
  if (network.includes(':')) return `${network.split(':').slice(0, 2).join(':')}:…`
  return network.replace(/^(\d+\.\d+)\.\d+\.\d+$/, '$1.…')
}

/** `Firefox, Android`, or empty. An unknown browser has the name that its header gives. */
export function deviceOf(userAgent: string | undefined): string {
  if (!userAgent || userAgent.length > 512) return ''
  const known = devices.get(userAgent)
  if (known !== undefined) return known
  const device = readDevice(userAgent)
  if (devices.size >= keptDevices) devices.clear()
  devices.set(userAgent, device)
  return device
}

/** Kept, because parsing tries hundreds of patterns, and most people have one of few browsers. */
const devices = new Map<string, string>()
const keptDevices = 500

function readDevice(userAgent: string): string {
  const { browser, os } = Bowser.parse(userAgent)
  return [browser.name, os.name].filter((name) => name && /^[\w .+-]{1,40}$/.test(name)).join(', ')
}

export const createPlaceOf =
  (findPlace: FindPlace) =>
  (ip: string | undefined): string => {
    const address = canonicalAddress(ip)
    // The place database throws for a text that is no address.
    return (address && findPlace(address)) ?? roughNetwork(networkOf(address))
  }

export function createClientReader(findPlace: FindPlace): (req: Request) => ClientInfo {
  const placeOf = createPlaceOf(findPlace)
  return (req) => ({ device: deviceOf(req.get('user-agent')), place: placeOf(req.ip) })
}
