// What the tests of all forms know of one feature's forms: `test/<wing>/<feature>/posts.ts`.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { MemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import type { StaffMember } from '#test/support/desk/staff.ts'
import type { TestPortal } from '#test/support/portal.ts'
import type { Equipped } from '#test/support/recovery/recovery.ts'
import type { Visitor } from '#test/support/visitor.ts'

export interface Form {
  readonly visitor: Visitor
  readonly path: string
  readonly fields?: Record<string, string>
  /** The page of the form, if `path` has none. */
  readonly from?: string
}

export interface Repeated {
  /** Makes something new to act on for each sending. */
  readonly open: () => Promise<Form>
  /** Where both answers lead: a path or the beginning of one. */
  readonly leads: string | RegExp
  /** Where a later second answer leads, if that is another place, and why. */
  readonly later?: { readonly leads: string | RegExp; readonly because: string }
}

/** The portal in which the forms are sent. The staff is there once a test runs. */
export interface PostTrial {
  readonly portal: TestPortal
  readonly platform: MemoryPlatform
  readonly ada: StaffMember
  readonly bela: StaffMember
  readonly password: string
  /** A name that nobody has. */
  login(): string
  /** A phone number that nobody has. */
  number(): string
}

/** By the path of the route: what its form does when it is sent twice. */
export type Posts = (trial: PostTrial) => Readonly<Record<string, Repeated>>

interface FeaturePosts {
  readonly posts: Posts
  /** Pages of an owner that show forms of the feature. */
  readonly formPages?: readonly string[]
  /** Gives an account what the forms act on, where its pages cannot. */
  readonly give?: (portal: TestPortal, accountId: string) => Promise<unknown>
  /** Sends the owner a link, and gives its page. */
  readonly linkPage?: (portal: TestPortal, owner: Equipped) => Promise<string>
}

const load = createRequire(import.meta.url)

/** Found by their name: a feature that goes takes its own along. */
export function loadPosts(): readonly FeaturePosts[] {
  const tests = path.resolve(import.meta.dirname, '../..')
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  const own = files.filter((file) => /^(?!support\/)[^/]+\/[^/]+\/posts\.ts$/.test(file)).toSorted()
  // Test files are loaded in groups, where none may wait before its tests are named.
  return own.map((file): FeaturePosts => load(path.join(tests, file)))
}
