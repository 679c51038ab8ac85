import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { appealPage } from './appeal-page.ts'
import { blockedPage } from './blocked-page.ts'

export function appealRoutes(parts: DeskPageParts): Router {
  const appeal = appealPage(parts)
  return Router()
    .get('/blocked', blockedPage(parts))
    .get('/appeal/:token', appeal.show)
    .post('/appeal/:token', appeal.submit)
}
