// Writes public/icons.svg: Lucide's icons under our names, and our own drawings. `npm run build:icons`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const root = new URL('..', import.meta.url)
const find = createRequire(import.meta.url).resolve

/** By what they mean here. A view names the key. */
const icons = {
  activity: 'history',
  alarm: 'shield-alert',
  'app-password': 'key-square',
  appeal: 'scale',
  arrow: 'arrow-right',
  'backup-address': 'at-sign',
  blocked: 'ban',
  change: 'pencil',
  chevron: 'chevron-down',
  copy: 'copy',
  devices: 'monitor-smartphone',
  done: 'circle-check',
  download: 'download',
  filters: 'funnel',
  flag: 'flag',
  forward: 'send',
  help: 'life-buoy',
  info: 'info',
  key: 'key-round',
  languages: 'globe',
  letter: 'mail',
  mailbox: 'inbox',
  'mail-program': 'laptop',
  menu: 'menu',
  owner: 'circle-user-round',
  password: 'lock-keyhole',
  people: 'users-round',
  phone: 'smartphone',
  plus: 'plus',
  recover: 'door-open',
  'recovery-codes': 'printer',
  register: 'user-round-plus',
  remove: 'trash-2',
  safe: 'shield-check',
  search: 'search',
  'security-question': 'message-circle-question-mark',
  settings: 'settings',
  shield: 'shield',
  'sign-in': 'log-in',
  'sign-out': 'log-out',
  storage: 'hard-drive',
  text: 'file-text',
  undo: 'undo-2',
  view: 'eye',
  waits: 'clock',
  warning: 'triangle-alert',
} as const

const insideOf = (svg: string): string => {
  const inside = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1]
  if (!inside) throw new Error('not a picture')
  return inside.replace(/<title>.*?<\/title>|\s*\n\s*/g, '').replaceAll(' />', '/>')
}

function drawings(): string[] {
  const folder = new URL('styles/drawings/', root)
  return readdirSync(folder).map((file) => {
    const svg = readFileSync(new URL(file, folder), 'utf8')
    const box = /viewBox="([^"]+)"/.exec(svg)?.[1]
    return `<symbol id="${file.replace('.svg', '')}" viewBox="${box}">${insideOf(svg)}</symbol>`
  })
}

export function buildIcons(): string {
  const symbols = Object.entries(icons).map(([name, file]) => {
    const svg = readFileSync(find(`lucide-static/icons/${file}.svg`), 'utf8')
    const pen = 'fill="none" stroke="currentColor" stroke-width="1.75"'
    const ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return `<symbol id="${name}" viewBox="0 0 24 24" ${pen} ${ends}>${insideOf(svg)}</symbol>`
  })
  const notice = '<!-- Icons: Lucide, ISC and MIT, see icons-licence.txt. Drawings: Postern. -->'
  const parts = ['<svg xmlns="http://www.w3.org/2000/svg">', notice, ...symbols, ...drawings()]
  return `${parts.join('\n')}\n</svg>\n`
}

if (import.meta.main) {
  writeFileSync(new URL('public/icons.svg', root), buildIcons())
  const licence = readFileSync(find('lucide-static/LICENSE'))
  writeFileSync(new URL('public/icons-licence.txt', root), licence)
}
