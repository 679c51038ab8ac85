// The style sheet, the script and the theme, named by a hash of the content.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'
import { sendWhole } from '../web/headers.ts'
import { readThemeColours, type ThemeColours } from './theme-colours.ts'

export interface Brand {
  readonly name: string
  /** Sets `--postern-…` properties. It is appended to our style sheet. */
  readonly themeFile?: string | undefined
  readonly logoFile?: string | undefined
}

/** What layouts need. `icon` is a data: address, which saves a request. */
export interface Theme {
  readonly name: string
  readonly style: string
  readonly script: string
  /** The script with the keys of the staff pages. */
  readonly consoleScript: string
  readonly icon: string
}

interface Asset {
  readonly type: string
  readonly plain: Buffer
  /** Made at first use: all at the start would take a tenth of a second. */
  readonly packed: Map<Encoding, Buffer>
}

const packers = {
  br: (plain: Buffer) => brotliCompressSync(plain),
  gzip: (plain: Buffer) => gzipSync(plain),
}
type Encoding = keyof typeof packers

function packAs(encoding: Encoding, { plain, packed }: Asset): Buffer {
  const body = packed.get(encoding) ?? packers[encoding](plain)
  packed.set(encoding, body)
  return body
}

const PREFIX = '/assets/'
/** A service worker controls no path above its own folder. */
const WORKER = '/service-worker.js'

export interface Assets {
  readonly theme: Theme
  readonly colours: ThemeColours
  /** Answers GET `/assets/NAME-HASH.EXT` and the service worker; passes on everything else. */
  readonly serve: RequestHandler
}

const js = 'text/javascript; charset=utf-8'
const css = 'text/css; charset=utf-8'

export function loadAssets(publicDirectory: string, brand: Brand): Assets {
  const byName = new Map<string, Asset>()

  function add(name: string, type: string, content: string): string {
    const plain = Buffer.from(content)
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12)
    const { name: stem, ext } = path.parse(name)
    const file = `${stem}-${hash}${ext}`
    byName.set(file, { type, plain, packed: new Map() })
    return PREFIX + file
  }

  const read = (name: string) => readFileSync(path.join(publicDirectory, name), 'utf8')
  const logo = dataAddress(brand.logoFile ?? path.join(publicDirectory, 'logo.svg'))
  const own = brand.themeFile ? readFileSync(brand.themeFile, 'utf8') : ''
  const style = `${read('postern.css')}:root{--postern-logo:url("${logo}")}\n${own}`

  const theme = {
    name: brand.name,
    style: add('postern.css', css, style),
    script: add('postern.js', js, read('postern.js')),
    consoleScript: add('console.js', js, read('postern.js') + read('console.js')),
    icon: logo,
  }
  const assets = [theme.style, theme.script]
  const worker = [
    `const assets = ${JSON.stringify(assets)}`,
    `const cacheName = '${assets.join(' ')}'`,
    read('service-worker.js'),
  ].join('\n')

  return {
    theme,
    colours: readThemeColours(style),
    serve(req, res, next) {
      if (req.method !== 'GET' && req.method !== 'HEAD') return next()
      if (req.path === WORKER) return sendWorker(res, worker)
      if (!req.path.startsWith(PREFIX)) return next()
      const asset = byName.get(req.path.slice(PREFIX.length))
      if (!asset) return next()
      sendAsset(req, res, asset)
    },
  }
}

function sendWorker(res: Response, worker: string): void {
  res.set({
    // This policy binds the worker: it may fetch from the portal.
    'Content-Security-Policy': "default-src 'none'; connect-src 'self'",
    'Cache-Control': 'no-cache',
    'Content-Type': js,
  })
  sendWhole(res, Buffer.from(worker))
}

function sendAsset(req: Request, res: Response, asset: Asset): void {
  const accepted = req.acceptsEncodings('br', 'gzip')
  const encoding = accepted === 'br' || accepted === 'gzip' ? accepted : undefined
  res.set({
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Type': asset.type,
    Vary: 'Accept-Encoding',
  })
  if (encoding) res.set('Content-Encoding', encoding)
  sendWhole(res, encoding ? packAs(encoding, asset) : asset.plain)
}

const IMAGES: Readonly<Record<string, string>> = { '.svg': 'image/svg+xml', '.png': 'image/png' }

function dataAddress(file: string): string {
  const type = IMAGES[path.extname(file).toLowerCase()]
  if (!type) throw new Error(`${file}: the logo must be an .svg or .png file`)
  return `data:${type};base64,${readFileSync(file).toString('base64')}`
}
