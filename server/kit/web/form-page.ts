// Where "Try again" leads after a form failed: each route that only takes a form names its page.
import type { Request, RequestHandler, Router } from 'express'

export type Params = Readonly<Record<string, string>>
export type FormPage = string | ((params: Params) => string)
type WithPage = RequestHandler & { readonly formPage?: FormPage }

/** Marks a guard with the page for "Try again". The mark counts even if the guard never runs. */
export const withFormPage = (page: FormPage | undefined, guard: RequestHandler): RequestHandler =>
  page === undefined ? guard : Object.assign(guard, { formPage: page })

/** A guard that lets all pass and only names the page, for routes without another such guard. */
export const formOf = (page: FormPage): RequestHandler =>
  withFormPage(page, (_req, _res, next) => next())

export const resolveFormPage = (page: FormPage, params: Params): string =>
  typeof page === 'string' ? page : page(params)

export interface FormRoute {
  readonly path: string
  /** Undefined if GET of the same path shows the page. */
  readonly page: FormPage | undefined
}

export function formRoutesOf(routers: readonly Router[]): FormRoute[] {
  const handlers = routers.flatMap(({ stack }) =>
    stack.flatMap(({ route }) =>
      (route?.stack ?? []).map(({ method, handle }) => ({
        path: String(route?.path),
        method,
        page: (handle as WithPage).formPage,
      })),
    ),
  )
  const shown = new Set(handlers.flatMap(({ path, method }) => (method === 'get' ? [path] : [])))
  const forms = new Map<string, FormPage | undefined>()
  for (const { path, method, page } of handlers)
    if (method === 'post') forms.set(path, forms.get(path) ?? (shown.has(path) ? undefined : page))
  return [...forms].map(([path, page]) => ({ path, page }))
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`, 'i')

/** Security: A page repeats neither a token nor an unknown path of its address. */
const isShowable = (path: string) =>
  /^(?:\/(?:[a-z][a-z-]{0,30}|\d{1,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))+$/.test(path)

export type PageOf = (req: Pick<Request, 'path'>) => string

export function createPageOf(routers: readonly Router[]): PageOf {
  const forms = formRoutesOf(routers).flatMap(({ path, page }) =>
    page === undefined ? [] : [{ pattern: patternOf(path), page }],
  )
  return ({ path }) => {
    for (const { pattern, page } of forms) {
      const found = pattern.exec(path)
      if (!found) continue
      const back = resolveFormPage(page, found.groups ?? {})
      return isShowable(back) ? back : '/'
    }
    return isShowable(path) ? path : '/'
  }
}
