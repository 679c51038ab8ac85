// Free ports for servers that must know their port before they listen.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Below the ports that systems assign (Linux from 32768, others from 49152). Otherwise a connection
 * could take a port after it was found free and before its server listens.
 */
const first = 12_000
const blockSize = 32
const blocks = 600

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().unref()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = await listen(port)
  if (!probe) return false
  probe.close()
  await once(probe, 'close')
  return true
}

/** Ports of this process's block that are still free. */
let left: number[] = []

/** The process that listens on the lowest port of a block owns the block until it ends. */
async function takeBlock(): Promise<void> {
  const start = Math.floor(Math.random() * blocks)
  for (let tried = 0; tried < blocks; tried += 1) {
    const lowest = first + blockSize * ((start + tried) % blocks)
    if (!(await listen(lowest))) continue
    left = Array.from({ length: blockSize - 1 }, (_, index) => lowest + 1 + index)
    return
  }
  throw new Error(`no ports are free from ${first} on`)
}

/** Free loopback ports that no other test gets. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = left.shift()
    if (port === undefined) await takeBlock()
    else if (await isFree(port)) ports.push(port)
  }
  return ports
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}
