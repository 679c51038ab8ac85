import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { judgePassword, PASSWORD_MAX } from '#server/core/passwords/password-policy.ts'

const rules = { minLength: 12, login: 'kavalenka', serviceWords: ['postern', 'zorka-post'] }
const judge = (raw: unknown, login = rules.login) => {
  const judged = judgePassword(raw, { ...rules, login })
  if (judged.kind === 'ok') return 'ok'
  assert.equal(judged.kind, 'refused')
  return judged.reason
}

test('an unusual password passes, whatever signs it has', () => {
  const good = [
    'correct horse battery staple',
    'зорка над возерам сем',
    'sonnige Wiese am Bach',
    'blue-otter-walks-7',
    'mJ8#kd02nXqp',
    'Vecherniy-Minsk-2026!',
    'a quiet lake at dawn',
    'potato493817',
    '🦊 🌲 🏔 🌊 🍓 🚲 🎈 1',
    '   lots of blanks   ',
    'horse-lamp-river',
    '839201746583',
  ]
  for (const password of good) assert.equal(judge(password), 'ok', password)
})

test('the length of a password is counted in code points, and nothing is cut', () => {
  assert.equal(judge('mJ8#kd02nXq'), 'too-short')
  assert.equal(judge('жoЖёўЫ8#щQл'), 'too-short')
  assert.equal(
    judge('🦊🌲🏔🌊🍓🚲🎈🐙🦉🌻🍀'),
    'too-short',
    'eleven signs, though twenty-two UTF-16 units',
  )
  const longest = Array.from({ length: PASSWORD_MAX }, (_, place) =>
    '🦊🌲mJ8#kd02nXqpвыж'.at((place * place) % 17),
  ).join('')
  const code = [...longest].length
  const whole = [...'🦊🌲mJ8#kd02'.repeat(40)].slice(0, PASSWORD_MAX)
  assert.ok(code <= PASSWORD_MAX)
  assert.equal(judge([...whole.slice(0, -30), ...'sdlkfj wroiu xmncb 92847 pqlaz'].join('')), 'ok')
  assert.equal(judge([...whole, 'x'].join('')), 'too-long')
})

test('a password is judged in the Unicode form that is hashed', () => {
  const judged = judgePassword('крыжачо\u0438\u0306к над ракой', rules)
  assert.deepEqual(judged, { kind: 'ok', password: 'крыжачо\u0439к над ракой' })
  // Twelve code points as typed, eleven in NFC.
  assert.equal(judge('mJ8#kd02nXi\u0308'), 'too-short')
})

test('a password must be well-formed text', () => {
  assert.equal(judge('mJ8#kd02\0nXqp'), 'not-text')
  assert.equal(judge('mJ8#kd02\ud800nXqp'), 'not-text')
  assert.equal(judge(['mJ8#kd02nXqp']), 'not-text')
  assert.equal(judge(123456789012), 'not-text')
  assert.equal(judge(''), 'missing')
  assert.equal(judge(undefined), 'missing')
  assert.equal(judge(null), 'missing')
})

test('a password that the mail platform does not accept is refused', () => {
  const limited = (raw: string, asciiOnly: boolean, maxLength: number) => {
    const judged = judgePassword(raw, { ...rules, limits: { asciiOnly, maxLength } })
    return judged.kind === 'ok' ? 'ok' : judged.reason
  }
  assert.equal(limited('horse-lamp ~ river', true, 18), 'ok')
  assert.equal(limited('horse-lamp ~ river', true, 17), 'too-long-for-mail')
  for (const typed of [
    'зhorse-lamp-river',
    'horse-lamp-riverз',
    'horse-lamp\u007friver',
    'зорка над возерам сем',
  ])
    assert.equal(limited(typed, true, 100), 'characters', typed)
  assert.equal(limited('зорка над возерам сем', false, 100), 'ok')
})

test('no password is made of the name or address of its mailbox', () => {
  const about = [
    'kavalenka-secret-42',
    'KAVALENKA kavalenka',
    'xx kavalenka xx 19',
    'aknelavak-river-boat',
    'Ｋavalenka stork 7',
  ]
  for (const password of about) assert.equal(judge(password), 'contains-login', password)
  assert.equal(judge('anna-k-anna-k', 'anna.k'), 'contains-login')
  assert.equal(judge('my kavalenka boat 7', 'anna.kavalenka'), 'contains-login', 'half of the name')
  assert.equal(judge('annakriver88', 'anna.k'), 'contains-login')
  assert.equal(judge('my maria boat lamp', 'maria'), 'contains-login', 'a name of five letters')
  assert.equal(judge('annariver882', 'anna.kavalenka'), 'ok', 'a short part of a long name')
})

test('no password is made of a contact of its owner, however it is spelled', () => {
  const contactWords = [
    ...wordsOfContact({ kind: 'phone', value: '+375291234567', canonical: '+375291234567' }),
    ...wordsOfContact({
      kind: 'backup-address',
      value: 'hanna.private@example.org',
      canonical: 'hanna.private@example.org',
    }),
  ]
  const judgeWith = (password: string) => {
    const judged = judgePassword(password, { ...rules, contactWords })
    return judged.kind === 'ok' ? 'ok' : judged.reason
  }
  for (const password of [
    '+375 29 123-45-67',
    '8 029 123 45 67 !!',
    '765432192573',
    'hanna.private@example.org',
    'hanna.private+x@example.org',
    'hannaprivate77',
    'gro.elpmaxe@etavirp.annah',
  ]) {
    assert.equal(judgeWith(password), 'contains-contact', password)
  }
  assert.equal(judgeWith('+375 29 765-43-21 at home'), 'ok', 'the number of somebody else')
})

test('a password may contain a short login name inside its words', () => {
  assert.equal(judge('annual planning trip', 'ann'), 'ok')
  assert.equal(judge('ann-ann-ann-1', 'ann'), 'contains-login')
  assert.equal(judge('ann password', 'ann'), 'contains-login', 'what remains is common')
})

test('no password is made of the names of the service or of mail', () => {
  for (const password of [
    'Postern-2026!',
    'posternpostern',
    'postern password',
    'zorka-post-77',
    'mail-mail-mail',
    'пошта-пошта-1',
    'почта-почта-1',
    'скрынка-скрынка',
    'postfach-postfach',
    'mailbox-mailbox-mailbox',
    'webmail+webmail+webmail',
  ]) {
    assert.equal(judge(password), 'service-word', password)
  }
  assert.equal(judge('a postern in the city wall'), 'ok')
  assert.equal(judge('posternxq7vkz2m'), 'ok', 'eight letters beside the name are one’s own')
  assert.equal(judge('posternxq7vkz2'), 'service-word')
})

test('common passwords and their usual extensions to twelve signs are refused', () => {
  const made = `
    123456789012 password1234 passwordpassword qwertyuiop123 1q2w3e4r5t6y administrator
    zaq12wsxcde3 iloveyou1234 P@ssw0rd1234 P@$$w0rd!2024 qwertyqwerty abcabcabcabc summer2024!!
    Summer2024!Summer2024! monkeymonkey12 aaaaaaaaaaaa football12345 12345678901234567890
    01012000010120 password-password-1 supersecretpassword Password123!Password qazwsxedcrfv
    1qaz2wsx3edc !QAZ2wsx#EDC drowssap1234 zxcvbnm,./12 p.a.s.s.w.o.r.d letmein!please!
    111222333444 147258369147 1a2b3c4d5e6f 1234567890ab Welcome2Welcome2 changeme1234
    9876543210987 asdf1234asdf1234 12122012anna dragon123monkey456master789 zusammenarbeit1
    йцукенгшщзхъ пароль123456 Пароль-Пароль-1 любовьлюбовь1 Наташа1985!! ghbdtn123456
    Каханне2020! абвгдежз12345 ｐａｓｓｗｏｒｄ１２３４`
  for (const password of made.trim().split(/\s+/)) assert.equal(judge(password), 'common', password)
  assert.equal(judge('passw0rd'.repeat(32)), 'common')
  assert.equal(judge('michael jordan 23'), 'common')
})
