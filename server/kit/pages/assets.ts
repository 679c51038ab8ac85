// The style sheet, the script, the face, the icons and the theme, named by a hash of the content.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Request, RequestHandler, Response } from 'express'
import { sendWhole } from '../web/headers.ts'
import { fixScheme, type Scheme } from './scheme.ts'
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
  /** What follows the system. */
  readonly style: string
  readonly styles: Readonly<Record<Scheme, string>>
  readonly script: string
  /** The script with the keys of the staff pages. */
  readonly consoleScript: string
  readonly icon: string
  /** The sprite of views/components/icon.ejs. */
  readonly icons: string
  /** What a page loads before it needs it; null where an operator sets a font of their own. */
  readonly face: string | null
}

interface Asset {
  readonly type: string
  readonly plain: Buffer
  readonly isPacked: boolean
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
  /** For mails, which take no SVG: the logo, or the PNG of the same name beside it. */
  readonly mailLogo: Buffer | undefined
  /** Answers GET `/assets/NAME-HASH.EXT` and the service worker; passes on everything else. */
  readonly serve: RequestHandler
}

const js = 'text/javascript; charset=utf-8'
const css = 'text/css; charset=utf-8'
const svg = 'image/svg+xml; charset=utf-8'
const woff2 = 'font/woff2'

/** `optional`: a face that comes late would move what is there already. */
const faceRule = (url: string) =>
  '@font-face{font-family:Inter;font-weight:400 700;font-display:optional;' +
  `src:url("${url}") format("woff2")}`

export function loadAssets(publicDirectory: string, brand: Brand): Assets {
  const byName = new Map<string, Asset>()

  function add(name: string, type: string, content: string | Buffer): string {
    const plain = typeof content === 'string' ? Buffer.from(content) : content
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12)
    const { name: stem, ext } = path.parse(name)
    const file = `${stem}-${hash}${ext}`
    byName.set(file, { type, plain, isPacked: type === woff2, packed: new Map() })
    return PREFIX + file
  }

  const load = (name: string) => readFileSync(path.join(publicDirectory, name))
  const read = (name: string) => load(name).toString('utf8')
  const logoFile = brand.logoFile ?? path.join(publicDirectory, 'logo.svg')
  const logo = dataAddress(logoFile)
  const own = brand.themeFile ? readFileSync(brand.themeFile, 'utf8') : ''
  const face = /--postern-font\s*:/.test(own)
    ? null
    : add('inter.woff2', woff2, load('inter.woff2'))
  const rules = `:root{--postern-logo:url("${logo}")}${face ? faceRule(face) : ''}`
  const style = `${read('postern.css')}${rules}\n${own}`

  const styles = {
    system: add('postern.css', css, style),
    light: add('postern.css', css, fixScheme(style, 'light')),
    dark: add('postern.css', css, fixScheme(style, 'dark')),
  }
  const theme = {
    name: brand.name,
    style: styles.system,
    styles,
    script: add('postern.js', js, read('postern.js')),
    consoleScript: add('console.js', js, read('postern.js') + read('console.js')),
    icon: logo,
    icons: add('icons.svg', svg, read('icons.svg')),
    face,
  }
  const assets = [theme.style, theme.script, theme.icons, ...(face ? [face] : [])]
  const worker = [
    `const assets = ${JSON.stringify(assets)}`,
    `const cacheName = '${assets.join(' ')}'`,
    read('service-worker.js'),
  ].join('\n')

  return {
    theme,
    colours: readThemeColours(style),
    mailLogo: pngOf(logoFile),
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
  const accepted = asset.isPacked ? false : req.acceptsEncodings('br', 'gzip')
  const encoding = accepted === 'br' || accepted === 'gzip' ? accepted : undefined
  res.set({
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Content-Type': asset.type,
    Vary: 'Accept-Encoding',
  })
  if (encoding) res.set('Content-Encoding', encoding)
  sendWhole(res, encoding ? packAs(encoding, asset) : asset.plain)
}

function pngOf(logoFile: string): Buffer | undefined {
  const { dir, name } = path.parse(logoFile)
  const png = path.join(dir, `${name}.png`)
  return existsSync(png) ? readFileSync(png) : undefined
}

const IMAGES: Readonly<Record<string, string>> = { '.svg': 'image/svg+xml', '.png': 'image/png' }

function dataAddress(file: string): string {
  const type = IMAGES[path.extname(file).toLowerCase()]
  if (!type) throw new Error(`${file}: the logo must be an .svg or .png file`)
  return `data:${type};base64,${readFileSync(file).toString('base64')}`
}
