// What traces need of the milter protocol, version 6.
// A packet has a length (4 bytes, big endian), a command letter and data.
// Sources: sendmail's libmilter/docs and Postfix's src/milter/milter8.c.

export interface Packet {
  readonly command: string
  readonly data: Buffer
}

/** Postfix sends 64 KiB of a body at most, so a larger packet is not from it. */
const packetMax = 1024 * 1024

export class MilterFault extends Error {
  override readonly name = 'MilterFault'
}

/** Returns each packet as soon as it is complete. @throws MilterFault */
export function createPacketReader(): (chunk: Buffer) => Packet[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const packets: Packet[] = []
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(0)
      if (length === 0 || length > packetMax) throw new MilterFault('a packet of impossible length')
      if (rest.length < 4 + length) break
      packets.push({
        command: String.fromCharCode(rest.readUInt8(4)),
        data: rest.subarray(5, 4 + length),
      })
      rest = rest.subarray(4 + length)
    }
    return packets
  }
}

export function writePacket(command: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(data.length + 1, 0)
  head.write(command, 4, 'latin1')
  return Buffer.concat([head, data])
}

export function readTexts(data: Buffer): string[] {
  return data.toString('latin1').split('\0').slice(0, -1)
}

const texts = (...parts: readonly string[]) =>
  Buffer.from(parts.map((part) => `${part}\0`).join(''), 'latin1')

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value, 0)
  return bytes
}

const addHeaders = 0x01
const changeBody = 0x02
const changeHeaders = 0x10
const bodyPiece = 65_535
// These flags make Postfix leave out connect, helo, recipients, unknown commands and DATA, expect
// no answer to mail, headers, their end and body, and keep blanks before a value.
const steps = 0x01 | 0x02 | 0x08 | 0x80 | 0x100 | 0x200 | 0x4000 | 0x40000 | 0x80000 | 0x100000

export const answers = {
  continue: writePacket('c'),
  accept: writePacket('a'),
  /** @throws MilterFault if the server offers less than is needed */
  negotiate(offer: Buffer, changesBody = false): Buffer {
    if (offer.length < 12) throw new MilterFault('an offer that is too short')
    const actions = addHeaders | changeHeaders | (changesBody ? changeBody : 0)
    const offered = {
      version: offer.readUInt32BE(0),
      actions: offer.readUInt32BE(4),
      steps: offer.readUInt32BE(8),
    }
    const enough =
      offered.version >= 6 &&
      (offered.actions & actions) === actions &&
      (offered.steps & steps) === steps
    if (!enough)
      throw new MilterFault('the mail server speaks an older milter protocol than version 6')
    return writePacket('O', Buffer.concat([number(6), number(actions), number(steps)]))
  },
  /** Puts the header above all others. */
  insertHeader: (name: string, value: string) =>
    writePacket('i', Buffer.concat([number(0), texts(name, value)])),
  replaceBody: (body: Buffer) =>
    Array.from({ length: Math.max(1, Math.ceil(body.length / bodyPiece)) }, (_, at) =>
      writePacket('b', body.subarray(at * bodyPiece, (at + 1) * bodyPiece)),
    ),
  /** @param nth 1 for the first header of that name */
  deleteHeader: (name: string, nth: number) =>
    writePacket('m', Buffer.concat([number(nth), texts(name, '')])),
}
