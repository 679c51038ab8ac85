// Reduces a letter's HTML to markup that cannot act, load or hide anything.
import type { IOptions } from 'sanitize-html'
import { lazily } from '#server/core/lazily.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import { showHidden } from '#server/core/letters/show-hidden.ts'

export interface SafeHtml {
  readonly html: string
  /** What the original markup links to or loads, except parts of the letter itself. */
  readonly urls: string[]
  readonly cut: boolean
}

const URL_ATTRIBUTES = [
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'xlink:href',
  'poster',
  'data',
  'cite',
  'srcset',
]
const CELLS = ['colspan', 'rowspan', 'align', 'valign']

// Loaded late: most processes never read a reported letter.
const sanitizer = lazily<typeof import('sanitize-html')>('sanitize-html')

const options: IOptions = {
  // Security: No tag that fetches, runs or takes input is left in a reported letter.
  allowedTags: [
    'p',
    'br',
    'div',
    'span',
    'b',
    'strong',
    'i',
    'em',
    'u',
    's',
    'sub',
    'sup',
    'small',
    'big',
    'center',
    'font',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'blockquote',
    'pre',
    'code',
    'hr',
    'ul',
    'ol',
    'li',
    'dl',
    'dt',
    'dd',
    'table',
    'thead',
    'tbody',
    'tfoot',
    'tr',
    'td',
    'th',
    'caption',
    'bdo',
    'bdi',
  ],
  allowedAttributes: {
    td: CELLS,
    th: CELLS,
    p: ['align'],
    div: ['align'],
    span: ['title'],
    '*': ['dir', 'lang'],
  },
  allowedSchemes: [],
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'xmp',
    'noscript',
    'title',
    'svg',
    'math',
    'template',
    'iframe',
  ],
  parseStyleAttributes: false,
  nestingLimit: 60,
  enforceHtmlBoundary: false,
}

/** Reads at most `letterLimits.htmlChars` characters, and stops where tags nest too deep. */
export function safeLetterHtml(markup: string): SafeHtml {
  const urls: string[] = []
  const read = markup.slice(0, Math.min(letterLimits.htmlChars, tooDeepAt(markup)))
  const html = sanitizer()(showHidden(read), {
    ...options,
    onOpenTag: (_name, attributes) => {
      for (const name of URL_ATTRIBUTES) {
        const url = attributes[name]
        if (url && urls.length < letterLimits.links * 2) urls.push(url)
      }
    },
    transformTags: {
      img: (_name, attributes) => ({
        tagName: 'span',
        attribs: {},
        text: `[${attributes.alt || '▢'}]`,
      }),
    },
  })
  return {
    html,
    urls: urls.filter((url) => !/^(?:cid:|#|data:)/i.test(url.trim())),
    cut: read.length < markup.length,
  }
}

const VOID = /^(?:br|hr|img|input|meta|link|col|area|base|wbr|source|track|embed|param)$/i
// Authors often leave these tags open; the next one of the same kind closes them.
const LOOSE = /^(?:p|li|tr|td|th|dt|dd|option)$/i

// Where to stop reading: the parser's work grows with the square of the elements that are open.
function tooDeepAt(markup: string): number {
  const open = { strict: 0, loose: 0 }
  for (const { 1: closing, 2: name = '', index } of markup.matchAll(
    /<(\/?)([a-z][a-z0-9]{0,20})/gi,
  )) {
    if (index > letterLimits.htmlChars) break
    if (VOID.test(name)) continue
    const kind = LOOSE.test(name) ? 'loose' : 'strict'
    open[kind] = Math.max(0, open[kind] + (closing ? -1 : 1))
    if (open.strict > letterLimits.htmlDepth || open.loose > letterLimits.htmlDepth * 10)
      return index
  }
  return markup.length
}

/** A document for `<iframe sandbox srcdoc>`. Its policy, too, forbids to load or run anything. */
export function frameDocument(safeHtml: string): string {
  const policy = `default-src 'none'; form-action 'none'; base-uri 'none'`
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
  ].join('')
  return `<!doctype html><html><head>${head}</head><body>${safeHtml}</body></html>`
}

/** The text of markup from `safeLetterHtml`, for letters without a text part. */
export function textOfSafeHtml(safeHtml: string): string {
  const plain: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }
  return safeHtml
    .replace(/<(?:br|hr|\/(?:p|div|tr|li|h[1-6]|table|blockquote|pre))\b[^<>]{0,200}>/g, '\n')
    .replace(/<\/td>/g, '\t')
    .replace(/<[^<>]{0,2000}>/g, '')
    .replace(/&(?:lt|gt|quot|amp);/g, (entity) => plain[entity] ?? entity)
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
