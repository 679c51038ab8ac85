import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { templatesPage } from './templates-page.ts'
import { wordsPage } from './words-page.ts'
import { writePages } from './write-page.ts'

/** The pages of people outside, who come by a link. */
export function wordsRoutes(parts: DeskPageParts): Router {
  const report = wordsPage(parts, 'report')
  const appeal = wordsPage(parts, 'appeal')
  return Router()
    .get('/words/report/:token', report.show)
    .post('/words/report/:token', report.submit)
    .get('/words/appeal/:token', appeal.show)
    .post('/words/appeal/:token', appeal.submit)
}

export function writeRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const write = requireStaff('cases.work')
  const toReporter = requireStaff(
    'cases.work',
    ({ id, report }) => `/staff/cases/${id}/reports/${report}/write`,
  )
  const toOwner = requireStaff('cases.work', ({ id }) => `/staff/measures/${id}/write`)
  const see = requireStaff('templates.write')
  const change = requireStaff('templates.write', '/staff/templates')
  const { reporter, owner } = writePages(parts)
  const templates = templatesPage(parts)
  return Router()
    .get('/staff/cases/:id/reports/:report/write', write, reporter.show)
    .post('/staff/cases/:id/reports/:report/write', toReporter, reporter.submit)
    .get('/staff/measures/:id/write', write, owner.show)
    .post('/staff/measures/:id/write', toOwner, owner.submit)
    .get('/staff/templates', see, templates.list)
    .get('/staff/templates/new', see, templates.start)
    .post('/staff/templates/new', change, templates.create)
    .get('/staff/templates/:id', see, templates.show)
    .post('/staff/templates/:id', change, templates.change)
    .post('/staff/templates/:id/retire', change, templates.retire)
}
