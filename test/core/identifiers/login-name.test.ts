import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  lookAlikeKey,
  parseLoginName,
  parseTypedLogin,
} from '#server/core/identifiers/login-name.ts'
import { serviceWordsOf } from '#server/core/identifiers/service-words.ts'

const refusal = (raw: unknown, serviceWords?: string[]) => {
  const parsed = parseLoginName(raw, serviceWords ? { serviceWords } : {})
  return parsed.kind === 'refused' ? parsed.reason : parsed.login
}

test('a valid login name is kept in lower case', () => {
  for (const [typed, login] of [
    ['anna', 'anna'],
    [' Anna.Kavalenka ', 'anna.kavalenka'],
    ['j-p_2.x', 'j-p_2.x'],
    ['a12', 'a12'],
    ['a'.repeat(30), 'a'.repeat(30)],
    ['\u202aanna\u202c', 'anna'],
    ['\u200b \u202aanna\u202c\u200b ', 'anna'],
    ['a0-9z', 'a0-9z'],
    ['zzz', 'zzz'],
    ['a.b_c-d', 'a.b_c-d'],
  ]) {
    assert.equal(refusal(typed), login)
  }
})

test('a valid login name comes with the key that its look-alikes share', () => {
  assert.deepEqual(parseLoginName('Bill.O'), { kind: 'ok', login: 'bill.o', lookAlikeKey: 'blllo' })
})

test('each fault of a login name has its own reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    ['  ', 'missing'],
    [undefined, 'missing'],
    [null, 'missing'],
    ['an', 'too-short'],
    ['a'.repeat(31), 'too-long'],
    ['анна', 'characters'],
    ['anna kavalenka', 'characters'],
    ['anna@example.org', 'characters'],
    ['\u200banna\u200bk', 'characters'],
    ['anna!', 'characters'],
    ['!anna', 'characters'],
    ['anna\0', 'characters'],
    ['anna\ud800', 'characters'],
    [7, 'characters'],
    [['anna'], 'characters'],
    ['1anna', 'start'],
    ['.anna', 'start'],
    ['-anna', 'start'],
    ['anna.', 'separators'],
    ['anna..k', 'separators'],
    ['anna.-k', 'separators'],
    ['anna_', 'separators'],
    ['anna..', 'separators'],
    ['anna-k_', 'separators'],
  ]) {
    assert.equal(refusal(typed), reason, JSON.stringify(typed))
  }
})

test('a letter of another script does not become a Latin one', () => {
  assert.equal(refusal('\u212aaren'), 'characters') // The Kelvin sign.
  assert.equal(refusal('\u0130gor'), 'characters') // İ
  assert.equal(refusal('ａnna'), 'characters')
  assert.equal(parseTypedLogin('\u212aaren', []), null)
})

test('nobody gets a name that speaks for the service', () => {
  const names = `
    admin Administrator webmaster hostmaster postmaster root abuse security noc ssladmin sysadmin
    info mailer-daemon adm1n r00t p0stmaster no-reply no.reply noreply support1 abuse2024
    support-team mail.admin security_24 postern password account-recovery inf0 lnfo s.u.p.p.o.r.t
    mis www usenet ssladministrator autoconfig wpad nobody2 staff helpdesk gdpr verification
    support.2024.team support-1-team dovecot majordomo quarantine billing ceo fraud hotline kyc
    payment recover settings superuser users double-bounce doublebounce double.bounce
    doub1e-b0unce double-bounce-2 mta-sts mta.sts mtasts mta-sts1 bounce bounces arc arf fbl
    isatap verp devnull dev-null d3vnull prvs return-path returnpath wwwadmin www-admin srs0 batv
    mdn ndr rbl exim qmail opendkim mailnull smmsp mailhost smarthost vacation out-of-office
    webadmin sysop toor complaints milter newsadmin honeypot spamtrap undeliverable reply-to
    errors-to unsub localdomain mailmaster blackhole decode dmarc dmarc-reports tlsrpt tls-rpt
    autoconfig aut0config autodiscover mail-daemon www-data submission mailer-daemon
    mai1er-daem0n maller.daemon mailerdaemon mailer_daemon2 rnailer-daemon rnailer-daernon
    mailer-daemonl mailer-daemons mailer-deamon m4iler-d4emon ma-iler-dae-mon adrnin vvebmaster
    p0strn4st3r s3curi7y`
  for (const name of names.trim().split(/\s+/)) assert.equal(refusal(name), 'reserved', name)
})

test('nobody gets a name of the provider', () => {
  const words = serviceWordsOf(['zorka-post.example', 'пошта.example', 'ab.example'])
  assert.deepEqual(words, ['postern', 'zorka-post', 'пошта', 'posta', 'poshta'])
  assert.ok(serviceWordsOf(['xn--80a1acn3a.xn--90ais']).includes('poshta'))
  assert.equal(refusal('poshta', words), 'reserved')
  assert.deepEqual(serviceWordsOf(['Post.Zorka.example', 'post.example']), [
    'postern',
    'post',
    'zorka',
  ])
  assert.equal(refusal('zorka-post', words), 'reserved')
  assert.equal(refusal('zorkapost1', words), 'reserved')
  assert.equal(refusal('zorka', words), 'zorka')
})

test('names that only begin like a reserved name are free', () => {
  for (const name of [
    'mailyn',
    'supporter',
    'adminah',
    'rooty',
    'infanta',
    'markus',
    'newton',
    'admiral.k',
    'anna.info',
    'sup7port',
    'corner',
    'bounceland',
    'meli',
    'isil',
    'w3bster',
    'double.k',
    'doubledeck',
    'mail.7up',
    'ida',
    'dane',
    'cyrus',
    'arco',
    'verpa',
    'arfa.k',
  ]) {
    assert.equal(refusal(name), name)
  }
})

test('login names that look alike have one key', () => {
  const alike = ['bill.o', 'biii.0', 'b1ll-o', 'bil1_0', 'b-i-l-l-o', 'blllo']
  assert.deepEqual([...new Set(alike.map(lookAlikeKey))], ['blllo'])
  assert.notEqual(lookAlikeKey('anna'), lookAlikeKey('hanna'))
})

test('people sign in by their name or whole address, in upper or lower case', () => {
  const domains = ['example.org', 'example.by']
  assert.deepEqual(parseTypedLogin(' Anna ', domains), { login: 'anna', domain: null })
  assert.deepEqual(parseTypedLogin('Anna@Example.BY', domains), {
    login: 'anna',
    domain: 'example.by',
  })
  assert.deepEqual(
    parseTypedLogin('admin', domains),
    { login: 'admin', domain: null },
    'staff may hold a reserved name',
  )
  for (const login of ['ann', 'a'.repeat(30), 'a12.b34-cd_e5', 'anna.k'])
    assert.deepEqual(parseTypedLogin(`${login}@example.org`, domains), {
      login,
      domain: 'example.org',
    })
  for (const other of [
    'a'.repeat(31),
    'anna@example.org@',
    'anna@example.org@example.by',
    'anna..k',
    'anna.!',
    'anna!',
    'anna@elsewhere.org',
    'anna@',
    '@example.org',
    'a@b@example.org',
    'an',
    '1anna',
    'anna.',
    '',
    7,
    null,
  ]) {
    assert.equal(parseTypedLogin(other, domains), null, String(other))
  }
})

test('a typed login is refused when it is longer than any address', () => {
  const domain = 'a'.repeat(316)
  assert.deepEqual(parseTypedLogin(`ann@${domain}`, [domain]), { login: 'ann', domain })
  assert.equal(parseTypedLogin(`anna@${domain}`, [domain]), null)
})
