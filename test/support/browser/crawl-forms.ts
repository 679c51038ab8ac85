// Follows the links of a signed-in person and collects every form.
import { readdirSync } from 'node:fs'
import type { Router } from 'express'
import type { TestPortal } from '../portal.ts'
import { decode, type Visitor } from '../visitor.ts'

export interface FoundForm {
  /** The path of its page. */
  readonly page: string
  readonly action: string
  /** The initial values, with hidden fields and token. */
  readonly fields: Readonly<Record<string, string>>
}

/** Values for the fields that a person must fill in. */
const written: Readonly<Record<string, string>> = {
  password: 'a new and longer sentence',
  code: '123456',
  answer: 'Дудуткі каля млына',
  question: 'first-job',
  phone: '+375297654321',
  address: 'somebody@far.example',
  login: 'somebody',
  name: 'Tablet',
  imap: 'on',
  note: 'Looked at.',
  appeal: 'It was not me.',
  decision: 'upheld',
  outcome: 'no-breach',
  measure: 'suspend-sending',
  sender: 'somebody@postern.example',
  kind: 'spam',
  cause: 'spam',
  days: '7',
}

const attribute = (tag: string, name: string) => {
  const found = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decode(found)
}

function fieldsOf(inside: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [tag] of inside.matchAll(/<(?:input|textarea|select)[^>]*>/g)) {
    const name = attribute(tag, 'name')
    if (name === undefined || attribute(tag, 'type') === 'file') continue
    const hidden = attribute(tag, 'type') === 'hidden'
    fields[name] =
      (hidden ? attribute(tag, 'value') : (written[name] ?? attribute(tag, 'value'))) ?? ''
  }
  return fields
}

export function formsIn(html: string, page: string): FoundForm[] {
  const forms = [...html.matchAll(/(<form[^>]*method="post"[^>]*>)([\s\S]*?)<\/form>/g)]
  return forms.map(([, tag = '', inside = '']) => ({
    page,
    action: attribute(tag, 'action') ?? page,
    fields: fieldsOf(inside),
  }))
}

const linksIn = (html: string): string[] =>
  [...html.matchAll(/<(?:a|form)[^>]* (?:href|action)="(\/[^"#]*)/g)].map(([, href = '']) =>
    decode(href),
  )

/** Excludes machine answers, other languages and links that act by themselves. */
const isLeftOut = (path: string) =>
  /^\/(?:dev|assets|recover\/link)\/|[?&]lang=|\/export\.|\/created$/.test(path)

/** Returns each form that can be reached from `seeds` once. @param within a path prefix */
export async function crawlForms(
  visitor: Visitor,
  seeds: readonly string[],
  within = '/',
): Promise<FoundForm[]> {
  const waiting = [...seeds]
  const seen = new Set<string>(seeds)
  const found = new Map<string, FoundForm>()
  for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
    const { status, html, location } = await visitor.get(page)
    if (status >= 500) throw new Error(`${page} answered ${status}`)
    for (const form of formsIn(html, page))
      if (!found.has(form.action)) found.set(form.action, form)
    for (const next of [...linksIn(html), ...(location ? [location] : [])]) {
      if (seen.has(next) || isLeftOut(next) || !next.startsWith(within)) continue
      seen.add(next)
      waiting.push(next)
    }
  }
  return [...found.values()]
}

const server = new URL('../../../server/', import.meta.url)
/** Routes for programs, and for development only. */
const noForms = /^(?:site\/(?:development|gallery|health)|kit\/messages)\/|program-routes/

/** The paths of all POST routes, read from Express, so that new ones are never forgotten. */
export async function formPaths(portal: TestPortal): Promise<string[]> {
  const files = readdirSync(server, { recursive: true, encoding: 'utf8' })
  const paths: string[] = []
  for (const file of files.filter((name) => name.endsWith('routes.ts') && !noForms.test(name))) {
    const exported = (await import(new URL(file, server).href)) as Record<
      string,
      (parts: unknown) => Router
    >
    for (const [name, make] of Object.entries(exported).filter(([each]) =>
      each.endsWith('Routes'),
    )) {
      const { stack } = make(portal.parts)
      if (!Array.isArray(stack)) throw new Error(`${name} makes no router`)
      for (const { route } of stack) {
        const posts = route?.stack.some(({ method }) => method === 'post')
        if (route && posts) paths.push(...[route.path].flat())
      }
    }
  }
  return [...new Set(paths)].sort()
}

export const isSentTo = (path: string, { action }: FoundForm): boolean =>
  new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(action)
