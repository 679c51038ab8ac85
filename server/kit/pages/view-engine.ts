// Renders EJS views with includes of its own: those of EJS cost more than the rest of a form page.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ejs from 'ejs'

export type ViewLocals = Readonly<Record<string, unknown>>

export interface ViewEngineOptions {
  /** The first folder that has a view wins. */
  readonly roots: readonly string[]
  /** Off only by CACHE_VIEWS=off in development, so that edits show at once. */
  readonly cache: boolean
  /** What `<%=` writes for a value. By default the value escaped for HTML. */
  readonly escape?: (value: unknown) => string
}

export interface ViewEngine {
  /** Gives the output of the view to the layout as `body`. Default `layouts/page`. */
  render(view: string, locals: ViewLocals, layout?: string): string
  renderPart(view: string, locals: ViewLocals): string
  compileAll(): string[]
}

/** `own` are the values of this include, `frame` those of the whole page. */
interface Given {
  readonly own: ViewLocals
  readonly frame: ViewLocals
  readonly include: (view: string, own?: ViewLocals, keepAs?: string) => string
}

type Template = (given: Given) => string

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

/** Security: Every value that `<%=` writes is text, never markup. */
export function escapeHtml(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : String(value)
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string) : text
}

const NOTHING: ViewLocals = Object.freeze({})

const NOT_NAMES = new Set(
  `include given true false null undefined typeof instanceof in of new if else for while do switch
  case default break continue return const let var function class this throw try catch finally
  delete void async await yield enum export import super with debugger arguments eval escapeFn
  rethrow Object Array String Number Boolean Math JSON Date Map Set encodeURIComponent Infinity
  NaN`.split(/\s+/),
)

/** Names that an included view may read from the frame. All others must be handed to it. */
const FRAME = new Set(
  `t locale locales pageId path csrfToken account errors values fieldState theme menus formats
  formatDateTime formatOn formatBound formatWait formatTime formatPlace groupByDay tOr
  writeAddress scheme schemes`.split(/\s+/),
)

function namesIn(source: string): string[] {
  const code = [...source.matchAll(/<%(?![%#])[-=_]?([\s\S]*?)[-_]?%>/g)]
    .map((tag) => tag[1])
    .join('\n')
  const withoutText = code
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/\/\/.*$/gm, '')
  const words = withoutText.match(/(?<![\w$]|[^.]\.)[A-Za-z_$][\w$]*/g) ?? []
  return [...new Set(words)].filter((word) => !NOT_NAMES.has(word))
}

/** Declares the names that a view reads. In a block inside, the view may declare them again. */
function preambleOf(source: string): string {
  const fetches = namesIn(source).map((name) =>
    FRAME.has(name)
      ? `${name} = given.own.${name} === undefined ? given.frame.${name} : given.own.${name}`
      : `${name} = given.own.${name}`,
  )
  return `<% let ${['include = given.include', ...fetches].join(', ')}; { %>`
}

function fileOf({ roots }: ViewEngineOptions, view: string): string {
  const files = roots.map((root) => path.join(root, `${view}.ejs`))
  const file = files.find((each) => existsSync(each))
  if (!file) throw new Error(`no view "${view}" in ${roots.join(', ')}`)
  return file
}

function compile(options: ViewEngineOptions, view: string): Template {
  const filename = fileOf(options, view)
  const source = readFileSync(filename, 'utf8')
  return ejs.compile(`<%{%>${preambleOf(source)}${source}<%}}%>`, {
    filename,
    _with: false,
    localsName: 'given',
    unsafePrototypeLocals: true, // views read `given` only by the names in their preamble
    escape: options.escape ?? escapeHtml,
    compileDebug: !options.cache,
  } as ejs.Options) as Template
}

function namesOfViews(roots: readonly string[]): string[] {
  const views = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ejs'))
      .map((file) => file.slice(0, -'.ejs'.length).split(path.sep).join('/')),
  )
  return [...new Set(views)].sort()
}

export function createViewEngine(options: ViewEngineOptions): ViewEngine {
  const templates = new Map<string, Template>()
  const kept = new Map<string, string>()

  function templateOf(view: string): Template {
    const known = templates.get(view)
    if (known) return known
    const template = compile(options, view)
    if (options.cache) templates.set(view, template)
    return template
  }

  function includerOf(frame: ViewLocals): Given['include'] {
    const include: Given['include'] = (view, own = NOTHING, keepAs) => {
      const key = keepAs && options.cache ? `${view} ${keepAs}` : ''
      const known = key && kept.get(key)
      if (known) return known
      const written = templateOf(view)({ own, frame, include })
      if (key) kept.set(key, written)
      return written
    }
    return include
  }

  return {
    render(view, locals, layout = 'layouts/page') {
      const include = includerOf(locals)
      const body = templateOf(view)({ own: locals, frame: locals, include })
      return templateOf(layout)({ own: { ...locals, body }, frame: locals, include })
    },
    renderPart: (view, locals) =>
      templateOf(view)({ own: locals, frame: locals, include: includerOf(locals) }),
    compileAll() {
      const views = namesOfViews(options.roots)
      for (const view of views) templateOf(view)
      return views
    },
  }
}
