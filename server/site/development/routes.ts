// The development outbox: messages that would have been sent in production.
import { Router } from 'express'
import { type OutboxParts, readOutbox } from '#server/kit/messages/outbox.ts'
import type { Pages } from '#server/kit/pages/pages.ts'

export interface DevParts extends OutboxParts {
  readonly pages: Pages
  readonly settings: { readonly portalEnv: string }
}

const address = /(https?:\/\/[^\s<>"]+)/

/** @throws Error outside development, so that a wiring mistake stops the start */
export function devRoutes(parts: DevParts): Router {
  // Security: The outbox shows codes and links of everybody, so it exists in development alone.
  if (parts.settings.portalEnv !== 'development')
    throw new Error('/dev is for PORTAL_ENV=development only')
  const routes = Router()

  routes.get('/dev/outbox', async (req, res) => {
    const messages = await readOutbox(parts)
    const pieces = (text: string) =>
      text.split(address).map((words) => ({ words, isLink: address.test(words) }))
    const locals = {
      messages: messages.map((message) => ({ ...message, pieces: pieces(message.text) })),
    }
    parts.pages.show(req, res, { id: 'outbox', view: 'site/development/outbox', locals })
  })

  routes.get('/dev/outbox.json', async (_req, res) => {
    res.json(await readOutbox(parts))
  })
  return routes
}
