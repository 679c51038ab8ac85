// Renders EJS views. Own engine around `ejs.compile`, because EJS resolves, copies and looks every name up again for each
// include, which costs more than the rest of a form page.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ejs from 'ejs'

export type ViewLocals = Readonly<Record<string, unknown>>

export interface ViewEngineOptions {
  /** Directories that views are looked for in, first match wins. */
  readonly roots: readonly string[]
  /** Keep compiled views. Off in development, so that an edit shows at the next request. */
  readonly cache: boolean
  /** How `<%=` writes a value; HTML by default. Text mails hand in `String`. */
  readonly escape?: (value: unknown) => string
}

export interface ViewEngine {
  /** A page: the view's output set as `body` into `layouts/page`, or into the layout that is named. */
  render(view: string, locals: ViewLocals, layout?: string): string
  /** One view without a layout. */
  renderPart(view: string, locals: ViewLocals): string
  /** Compiles every view, so that a fault in one shows at once. Returns their names. */
  compileAll(): string[]
}

type Template = (locals: object) => string

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

/** Security: every value that `<%=` writes is text, never markup. */
export function escapeHtml(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : String(value)
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string) : text
}

const NOT_NAMES = new Set(
  `include locals true false null undefined typeof instanceof in of new if else for while do switch case default break
  continue return const let var function class this throw try catch finally delete void async await yield enum export
  import super with debugger arguments eval escapeFn rethrow Object Array String Number Boolean Math JSON Date Map Set
  encodeURIComponent Infinity NaN`.split(/\s+/),
)

/** What the layout and every part can read without being handed it. */
const FRAME = `t locale locales pageId path csrfToken account errors values theme formats formatDateTime`.split(' ')

/** The names that a view may read, so that they can be fetched once instead of being looked up with `with`. */
function namesIn(source: string): string[] {
  const code = [...source.matchAll(/<%(?![%#])[-=_]?([\s\S]*?)[-_]?%>/g)].map((tag) => tag[1]).join('\n')
  const withoutText = code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''").replace(/\/\/.*$/gm, '')
  const words = withoutText.match(/(?<![\w$]|[^.]\.)[A-Za-z_$][\w$]*/g) ?? []
  return [...new Set(words)].filter((word) => !NOT_NAMES.has(word))
}

export function createViewEngine(options: ViewEngineOptions): ViewEngine {
  const templates = new Map<string, Template>()

  function fileOf(view: string): string {
    const file = options.roots.map((root) => path.join(root, `${view}.ejs`)).find((candidate) => existsSync(candidate))
    if (!file) throw new Error(`no view "${view}" in ${options.roots.join(', ')}`)
    return file
  }

  function compile(view: string): Template {
    const filename = fileOf(view)
    const source = readFileSync(filename, 'utf8')
    // The block lets a view declare a constant under a name that it also receives from outside elsewhere.
    return ejs.compile(`<%{ const include = locals.__include; %>${source}<%}%>`, {
      filename,
      _with: false,
      localsName: 'locals',
      destructuredLocals: namesIn(source),
      unsafePrototypeLocals: true, // ours have no prototype but the frame, which has none
      escape: options.escape ?? escapeHtml,
      compileDebug: !options.cache,
    } as ejs.Options) as Template
  }

  function templateOf(view: string): Template {
    const known = templates.get(view)
    if (known) return known
    const template = compile(view)
    if (options.cache) templates.set(view, template)
    return template
  }

  /** A part reads the frame; of the page's own locals it gets what its include names, so that none slips in by chance. */
  function localsOf(given: ViewLocals): Record<string, unknown> {
    const frame: Record<string, unknown> = Object.create(null)
    for (const name of FRAME) frame[name] = given[name]
    frame.__include = (view: string, own?: object) => templateOf(view)(Object.assign(Object.create(frame), own))
    return Object.assign(Object.create(frame), given)
  }

  return {
    render(view, locals, layout = 'layouts/page') {
      const page = localsOf(locals)
      page.body = templateOf(view)(page)
      return templateOf(layout)(page)
    },
    renderPart: (view, locals) => templateOf(view)(localsOf(locals)),
    compileAll() {
      const views = options.roots.flatMap((root) =>
        readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ejs'))
          .map((file) => file.slice(0, -'.ejs'.length).split(path.sep).join('/')),
      )
      for (const view of new Set(views)) templateOf(view)
      return [...new Set(views)].sort()
    },
  }
}
