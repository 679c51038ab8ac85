import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lookAlikeKey, parseLoginName, parseTypedLogin } from '#server/core/login-name.ts'
import { serviceWordsOf } from '#server/core/service-words.ts'

const refusal = (raw: unknown, serviceWords?: string[]) => {
  const parsed = parseLoginName(raw, serviceWords ? { serviceWords } : {})
  return parsed.kind === 'refused' ? parsed.reason : parsed.login
}

test('a good name is kept in lower case', () => {
  for (const [typed, login] of [
    ['anna', 'anna'],
    [' Anna.Kavalenka ', 'anna.kavalenka'],
    ['j-p_2.x', 'j-p_2.x'],
    ['a12', 'a12'],
    ['a'.repeat(30), 'a'.repeat(30)],
    ['\u202aanna\u202c', 'anna'],
  ]) {
    assert.equal(refusal(typed), login)
  }
})

test('each fault of a name has a reason of its own', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    ['  ', 'missing'],
    [undefined, 'missing'],
    ['an', 'too-short'],
    ['a'.repeat(31), 'too-long'],
    ['анна', 'characters'],
    ['anna kavalenka', 'characters'],
    ['anna@example.org', 'characters'],
    ['anna\0', 'characters'],
    [['anna'], 'characters'],
    ['1anna', 'start'],
    ['.anna', 'start'],
    ['-anna', 'start'],
    ['anna.', 'separators'],
    ['anna..k', 'separators'],
    ['anna.-k', 'separators'],
    ['anna_', 'separators'],
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
  const names =
    'admin Administrator webmaster hostmaster postmaster root abuse security noc ssladmin sysadmin info mailer-daemon ' +
    'adm1n r00t p0stmaster no-reply no.reply noreply support1 abuse2024 support-team mail.admin security_24 postern ' +
    'password account-recovery inf0 lnfo'
  for (const name of names.split(' ')) assert.equal(refusal(name), 'reserved', name)
})

test('nor the name by which people know the provider', () => {
  const words = serviceWordsOf(['zorka-post.example', 'пошта.example', 'ab.example'])
  assert.deepEqual(words, ['postern', 'zorka-post', 'пошта'])
  assert.equal(refusal('zorka-post', words), 'reserved')
  assert.equal(refusal('zorkapost1', words), 'reserved')
  assert.equal(refusal('zorka', words), 'zorka')
})

test('ordinary names that only begin like a reserved one are free', () => {
  for (const name of ['mailyn', 'supporter', 'adminah', 'rooty', 'infanta', 'markus', 'newton', 'admiral.k']) {
    assert.equal(refusal(name), name)
  }
})

test('names that look alike have one key', () => {
  const alike = ['bill.o', 'biii.0', 'b1ll-o', 'bil1_0', 'b-i-l-l-o', 'blllo']
  assert.deepEqual([...new Set(alike.map(lookAlikeKey))], ['blllo'])
  assert.notEqual(lookAlikeKey('anna'), lookAlikeKey('hanna'))
})

test('no text whatever makes a name throw, and what is accepted is accepted again as it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/), fc.anything()),
      (raw) => {
        const parsed = parseLoginName(raw)
        parseTypedLogin(raw, ['example.org'])
        if (parsed.kind === 'refused') return
        assert.match(parsed.login, /^[a-z][a-z0-9._-]{2,29}$/)
        assert.deepEqual(parseLoginName(parsed.login), parsed)
        assert.deepEqual(parseTypedLogin(parsed.login, []), { login: parsed.login, domain: null })
        assert.equal(lookAlikeKey(parsed.lookAlikeKey), parsed.lookAlikeKey)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a person is recognised by name or by whole address, in any case', () => {
  const domains = ['example.org', 'example.by']
  assert.deepEqual(parseTypedLogin(' Anna ', domains), { login: 'anna', domain: null })
  assert.deepEqual(parseTypedLogin('Anna@Example.BY', domains), { login: 'anna', domain: 'example.by' })
  assert.deepEqual(
    parseTypedLogin('admin', domains),
    { login: 'admin', domain: null },
    'staff may hold a reserved name',
  )
  for (const other of [
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
