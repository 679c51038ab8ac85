import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MailService, parseMailServers } from '#server/core/mail-server.ts'

const read = (service: MailService, raw: string) => {
  const parsed = parseMailServers(service, raw)
  if (parsed.kind === 'ok')
    return parsed.servers.map(
      (each) => `${each.service} ${each.host}:${each.port} ${each.security}`,
    )
  assert.equal(parsed.kind, 'refused')
  return parsed.reason
}

test('the setting of a mail service lists its servers, and each scheme has its usual port', () => {
  assert.deepEqual(read('imap', 'imaps://imap.example.by, imap://imap.example.by'), [
    'imap imap.example.by:993 tls',
    'imap imap.example.by:143 starttls',
  ])
  assert.deepEqual(read('pop3', 'pop3s://pop.example.by,pop3://pop.example.by'), [
    'pop3 pop.example.by:995 tls',
    'pop3 pop.example.by:110 starttls',
  ])
  assert.deepEqual(read('smtp', ' SMTPS://Mail.Example.BY/ , smtp://mail.example.by:2525'), [
    'smtp mail.example.by:465 tls',
    'smtp mail.example.by:2525 starttls',
  ])
})

test('a mail service is switched off by off alone, not beside servers', () => {
  assert.deepEqual(read('pop3', ' OFF '), [])
  assert.equal(read('pop3', 'off,pop3s://pop.example.by'), 'scheme')
})

test('each mistake in the setting of a mail service has its own reason', () => {
  const mistakes: [string, string][] = [
    ['', 'empty'],
    ['imaps://a.by,', 'empty'],
    ['smtps://a.by', 'scheme'],
    ['constructor://a.by', 'scheme'],
    ['a.by:993', 'scheme'],
    ['ximaps://a.by:993', 'scheme'],
    ['x imaps://a.by:993', 'scheme'],
    ['imaps://a.by:993/inbox', 'scheme'],
    ['imaps://a.by:123456', 'scheme'],
    ['imaps://-a.by', 'host'],
    ['imaps://a..by', 'host'],
    ['imaps://a_b.by', 'host'],
    [`imaps://${'a'.repeat(64)}.by`, 'host'],
    [`imaps://${'abcdefghi.'.repeat(26)}by`, 'host'],
    ['imaps://a.by:0', 'port'],
    ['imaps://a.by:65536', 'port'],
  ]
  for (const [raw, reason] of mistakes) assert.equal(read('imap', raw), reason, raw)
})

test('a mail server may have the lowest port, the highest port and the longest label', () => {
  const label = 'a'.repeat(63)
  assert.deepEqual(read('imap', `imaps://${label}.by:1, imaps://a:65535`), [
    `imap ${label}.by:1 tls`,
    'imap a:65535 tls',
  ])
})
