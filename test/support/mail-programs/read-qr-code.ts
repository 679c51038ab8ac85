// Draws the SVG of a QR code and reads it with an independent decoder.
import decodeQR from 'qr/decode.js'

const PIXELS = 8

export function readQrCode(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1])
  const path = /stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? ''
  const dark = new Set<number>()
  let x = 0
  let y = 0
  for (const [, command, numbers = ''] of path.matchAll(/([Mmh])([-\d. ]+)/g)) {
    const [first = 0, second = 0] = numbers.trim().split(/ /).map(Number)
    if (command === 'M') [x, y] = [first, second]
    else if (command === 'm') [x, y] = [x + first, y + second]
    else for (let end = x + first; x < end; x += 1) dark.add(Math.floor(y) * size + x)
  }
  const width = size * PIXELS
  const data = new Uint8Array(width * width * 4).fill(255)
  for (let pixel = 0; pixel < width * width; pixel += 1) {
    const module = Math.floor(pixel / width / PIXELS) * size + Math.floor((pixel % width) / PIXELS)
    if (dark.has(module)) data.fill(0, pixel * 4, pixel * 4 + 3)
  }
  return decodeQR({ width, height: width, data })
}
