import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { certificates, doorsOf } from '#server/mail/mail-programs/checks.ts'
import { examineDoor } from '#server/mail/mail-programs/examine-door.ts'
import { describeMailServers } from '#server/mail/mail-programs/mail-servers.ts'
import { readSettings } from '#server/settings.ts'
import { selfSigned } from '#test/support/mail-programs/self-signed.ts'

describe('the certificates that mail programs meet', () => {
  let server: Server
  let port: number
  let ca: string
  before(async () => {
    const { certificatePem, keyPem } = await selfSigned('ec')
    ca = certificatePem
    server = createServer({ cert: certificatePem, key: keyPem })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => server.close())
  const examine = (host: string, more = {}) =>
    examineDoor({ host, port }, { host: '127.0.0.1', ca, ...more })

  it('the doctor tells a certificate for another name, which stops Thunderbird', async () => {
    assert.equal(await examine('account.example.by'), 'good')
    assert.equal(await examine('imap.example.by'), 'has a certificate for another name')
    assert.match(await examine('account.example.by', { ca: undefined }), /^is not trusted: /)
  })

  it('the doctor takes a closed port for good, since nobody is alarmed by it', async () => {
    const gone = createServer()
    gone.listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    assert.equal(await examine('imap.example.by', { port }), 'shut')
  })

  it('the doctor asks every server, port 443 of its name, and the names of the set-up', () => {
    const servers = (env: Record<string, string>) =>
      describeMailServers(readSettings({ MAIL_DOMAINS: 'example.by', ...env }), '')
    const doors = doorsOf(servers({})).map(({ host, port }) => `${host}:${port}`)
    assert.deepEqual(doors, [
      'imap.example.by:993',
      'pop.example.by:995',
      'smtp.example.by:465',
      'imap.example.by:443',
      'pop.example.by:443',
      'smtp.example.by:443',
      'autoconfig.example.by:443',
      'autodiscover.example.by:443',
    ])
    const local = { MAIL_SERVER_IMAP: 'imaps://127.0.0.1:993', MAIL_SERVER_POP3: 'off' }
    assert.ok(doorsOf(servers(local)).every(({ host }) => !host.startsWith('127.')))
  })

  it('in development the doctor asks no server outside', async () => {
    const settings = readSettings({ MAIL_DOMAINS: 'example.by' })
    assert.deepEqual(await certificates.run({ settings }), {
      ok: true,
      detail: 'in production only',
    })
  })
})
