import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { connectDatabase, type Db } from '#db/connection.ts'
import * as tables from '#db/mail-directory/0001-mailboxes.ts'
import {
  grantMailDirectory,
  installMailDirectory,
  pendingDirectorySteps,
} from '#db/mail-directory/install.ts'
import { runCommand } from '#server/cli/portal.ts'
import { createDovecotPlatform } from '#server/mail/mail-platform/dovecot/platform.ts'
import type { WantedMailbox } from '#server/mail/mail-platform/mail-platform.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'

const needed = {
  SECRET_KEYS: 'Zk3v9QxT7mW2pL8rN4cY6bH1dF5gJ0sA',
  DATABASE_URL: 'postgres://portal:pw@db.internal:5433/portal',
  DOVEADM_API_KEY: 'key-of-doveadm',
  DOVECOT_DIRECTORY_PASSWORD: 'password-of-dovecot',
  POSTFIX_DIRECTORY_PASSWORD: 'password-of-postfix',
}

describe('portal mail-platform config', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postern-config-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('the configuration follows the settings, and only its readers see passwords', async () => {
    const env = {
      ...needed,
      MAIL_DOMAINS: 'example.by',
      MAIL_HOST_ROOT: '/mail',
      DOVEADM_URL: 'http://10.0.0.2:8017',
    }
    assert.equal((await runCommand(['mail-platform', 'config', '--out', folder], env)).status, 0)
    const dovecot = await readFile(join(folder, 'dovecot/dovecot.conf'), 'utf8')
    assert.match(dovecot, /^doveadm_api_key = key-of-doveadm$/m)
    assert.match(dovecot, /port = 8017$/m)
    assert.match(dovecot, /^ssl = required$/m)
    assert.doesNotMatch(dovecot, /auth_policy/)
    assert.match(
      await readFile(join(folder, 'dovecot/users.conf.ext'), 'utf8'),
      /SELECT '\/mail\/' \|\| left/,
    )
    const map = await readFile(join(folder, 'postfix/sql/logins.cf'), 'utf8')
    assert.match(map, /^hosts = db\.internal:5433\ndbname = portal\nuser = postern_postfix\n/)
    assert.match(map, /\nuser = postern_postfix\npassword = password-of-postfix\n/)
    const main = await readFile(join(folder, 'postfix/main.cf'), 'utf8')
    assert.match(main, /^myhostname = mx\.example\.by$/m)
    assert.doesNotMatch(main, /password-of/)
    const modeOf = async (path: string) =>
      ((await stat(join(folder, path))).mode & 0o777).toString(8)
    assert.equal(await modeOf('dovecot/dovecot.conf'), '600')
    assert.equal(await modeOf('postfix/sql/logins.cf'), '640')
  })

  it('Dovecot reports sign-ins and Postfix asks for limits only if configured to', async () => {
    const env = {
      ...needed,
      SIGN_IN_REPORT_URL: 'http://127.0.0.1:3001/mail-sign-ins',
      SIGN_IN_REPORT_TOKEN: 'token-of-dovecot',
      SENDING_POLICY_ADDRESS: '127.0.0.1:3002',
    }
    await runCommand(['mail-platform', 'config', '--out', folder], env)
    const dovecot = await readFile(join(folder, 'dovecot/dovecot.conf'), 'utf8')
    assert.match(
      dovecot,
      /^auth_policy_server_api_header = Authorization: Bearer token-of-dovecot$/m,
    )
    assert.match(
      await readFile(join(folder, 'postfix/main.cf'), 'utf8'),
      /check_policy_service\n {4}\{ inet:127\.0\.0\.1:3002/,
    )
  })

  it('missing settings are named, and no configuration is written', async () => {
    const { DATABASE_URL, SECRET_KEYS } = needed
    const outcome = await runCommand(['mail-platform', 'config', '--out', join(folder, 'none')], {
      DATABASE_URL,
      SECRET_KEYS,
    })
    assert.equal(outcome.status, 3)
    assert.match(outcome.text, /DOVECOT_DIRECTORY_PASSWORD/)
    await assert.rejects(stat(join(folder, 'none')))
  })

  it('a value that configuration files would take apart is refused', async () => {
    for (const value of ['x\nssl = no', "x' OR ''='", 'x # y', '$ssl_key']) {
      const env = { ...needed, DOVEADM_API_KEY: value }
      await assert.rejects(
        runCommand(['mail-platform', 'config', '--out', folder], env),
        /configuration files take apart/,
      )
    }
  })
})

describe('a mail directory of its own', () => {
  let database: TestDatabase
  let db: Db
  const suffix = randomBytes(4).toString('hex')
  const roles = {
    dovecot: { role: `dovecot_${suffix}`, password: `it's "quoted" %L ? $1` },
    postfix: { role: `postfix_${suffix}`, password: 'postfix' },
    portal: { role: `portal_${suffix}`, password: 'portal' },
  }
  before(async () => {
    database = await createTestDatabase()
    await database.db.raw('drop schema mail_directory cascade')
    await installMailDirectory(database.db)
    await grantMailDirectory(database.db, roles)
    db = connectAs('portal')
  })
  after(async () => {
    await db.destroy()
    for (const { role } of Object.values(roles)) {
      await database.db.raw('drop owned by ??', [role])
      await database.db.raw('drop role ??', [role])
    }
    await database.drop()
  })

  const urlAs = (name: keyof typeof roles) => {
    const url = new URL(database.url)
    url.username = roles[name].role
    url.password = encodeURIComponent(roles[name].password)
    return url.href
  }
  const connectAs = (name: keyof typeof roles) => connectDatabase(urlAs(name), 1)
  const query = async (name: keyof typeof roles, text: string) => {
    const client = new pg.Client({ connectionString: urlAs(name) })
    await client.connect()
    return client.query(text).finally(() => client.end())
  }

  it('each database role sees only its part of the mail directory', async () => {
    const platform = createDovecotPlatform({ directory: db, clock: { now: () => new Date() } })
    const wanted: WantedMailbox = {
      accountId: crypto.randomUUID(),
      address: 'anna@postern.example',
      revision: 1,
      quotaBytes: 1000,
      password: '$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA',
      suspension: 'none',
      suspensionReason: null,
      mainPasswordOpensMail: true,
      aliases: [],
    }
    assert.equal((await platform.apply(wanted)).kind, 'applied')
    const seen = await query(
      'dovecot',
      'select password from mail_directory.dovecot_main_passwords',
    )
    assert.deepEqual(seen.rows, [{ password: wanted.password }])
    assert.equal(
      (await query('postfix', 'select * from mail_directory.postfix_mailboxes')).rowCount,
      1,
    )
    const forbidden = [
      ['dovecot', 'select * from mail_directory.mailboxes'],
      ['dovecot', 'select * from mail_directory.postfix_logins'],
      ['dovecot', 'update mail_directory.dovecot_users set quota_bytes = 1'],
      ['postfix', 'select * from mail_directory.dovecot_main_passwords'],
      ['postfix', 'select * from mail_directory.app_passwords'],
      ['portal', 'drop table mail_directory.mailboxes'],
    ] as const
    for (const [role, text] of forbidden) {
      await assert.rejects(query(role, text), /permission denied|must be owner/, `${role}: ${text}`)
    }
  })

  it('granting again changes the passwords of roles, and steps are installed once', async () => {
    await grantMailDirectory(database.db, {
      ...roles,
      postfix: { ...roles.postfix, password: 'another' },
    })
    await assert.rejects(query('postfix', 'select 1'), /password authentication failed/)
    await grantMailDirectory(database.db, roles)
    assert.equal((await query('postfix', 'select 1')).rowCount, 1)
    assert.deepEqual(await installMailDirectory(database.db), [])
    assert.deepEqual(await pendingDirectorySteps(database.db), [])
  })

  it('queries of Dovecot never reach the log of the database', async () => {
    const { rows } = await query(
      'dovecot',
      `select current_setting('log_statement') as all,
        current_setting('log_min_error_statement') as errors`,
    )
    assert.deepEqual(rows, [{ all: 'none', errors: 'panic' }])
  })

  it('the mail directory can be removed again', async () => {
    await tables.down(database.db)
    const { rows } = (await database.db.raw(
      "select 1 from pg_namespace where nspname = 'mail_directory'",
    )) as {
      rows: []
    }
    assert.equal(rows.length, 0)
  })
})
