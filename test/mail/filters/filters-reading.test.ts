// Scripts that a stranger would like to look harmless.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeFilter } from '#server/mail/filters/describe-filter.ts'
import { readSieve } from '#server/mail/filters/read-sieve.ts'
import { disguisedRedirects } from '#test/support/mail-platform/sieve-scripts.ts'

const tell = (text: string) => describeFilter([{ name: 'main', text }])
const leadsTo = (text: string) => tell(text).targets.map(({ address }) => address)

describe('where a filter leads', () => {
  it('every way in which RFC 5228 lets a script write an address is understood', () => {
    const marked = '\uFEFFredirect "thief@elsewhere.example";'
    const dsn =
      'require ["redirect-dsn"]; redirect :notify "NEVER" :ret "HDRS" "thief@elsewhere.example";'
    for (const script of [...disguisedRedirects, marked, dsn]) {
      assert.deepEqual(leadsTo(script), ['thief@elsewhere.example'], script)
      assert.equal(tell(script).clear, true, script)
    }
  })

  it('every address that a filter sends to is found, and whether a letter stays', () => {
    const script =
      'redirect "one@a.example"; redirect :copy "two@a.example"; redirect :copy "two@a.example";'
    assert.deepEqual(tell(script).targets, [
      { address: 'one@a.example', how: 'forward' },
      { address: 'two@a.example', how: 'copy' },
    ])
    const either = `require "variables"; set "a" "x@a.example";
      if true { set "a" "y@a.example"; } redirect "\${a}";`
    assert.deepEqual(leadsTo(either), ['x@a.example', 'y@a.example'])
  })

  it('included scripts are described too, and a missing one makes the filter unclear', () => {
    const main = { name: 'main', text: 'require "include"; include :personal "helper";' }
    const both = describeFilter([
      main,
      { name: 'helper', text: 'redirect "thief@elsewhere.example";' },
    ])
    assert.deepEqual(
      [both.targets.map(({ address }) => address), both.clear],
      [['thief@elsewhere.example'], true],
    )
    assert.equal(describeFilter([main]).clear, false)
    assert.equal(tell('require "include"; include :global "main";').clear, false)
  })

  it('comments, strings and texts of a script are not taken for commands', () => {
    const script = `# redirect "a@x.example";
      /* redirect "b@x.example"; */
      if header :contains "subject" "redirect \\"c@x.example\\";" { keep; }
      if header :is "subject" text:
redirect "d@x.example";
..
.
 { stop; }`
    const { commands, whole } = readSieve(script)
    assert.deepEqual(
      [whole, commands.map(({ name }) => name)],
      [true, ['if', 'keep', 'if', 'stop']],
    )
    assert.deepEqual(commands[2]?.strings, ['subject', 'redirect "d@x.example";\n.\n'])
    assert.deepEqual(leadsTo(script), [])
  })

  it('a filter is unclear if what it does depends on the letter, the server or broken text', () => {
    for (const script of [
      `require ["variables", "envelope"]; if envelope :matches "from" "*" { redirect "\${1}"; }`,
      `require "variables"; set :lower "a" "THIEF@X.EXAMPLE"; redirect "\${a}";`,
      'require "extlists"; redirect :list "tag:friends";',
      'require "vnd.dovecot.pipe"; pipe "sendmail";',
      'redirect "thief@x.example"',
      'redirect "thief@x.example',
      'keep; /* redirect',
      'keep; %',
    ])
      assert.equal(tell(script).clear, false, script)
  })

  it('invisible and turning characters in an address are replaced by a visible sign', () => {
    assert.deepEqual(leadsTo('redirect "thief\u202e@elp\u200bmaxe.example";'), [
      'thief\uFFFD@elp\uFFFDmaxe.example',
    ])
    assert.deepEqual(leadsTo('require "enotify"; notify "mailto:a%0Db@x.example";'), [
      'a b@x.example',
    ])
  })
})

describe('what else a filter does', () => {
  it('answering, discarding, refusing, marking and folders of a filter are described', () => {
    const script = `require ["fileinto", "vacation", "imap4flags", "reject"];
      if true { addflag "\\\\Seen"; fileinto :flags "\\\\Flagged" "Old/Notices";
        fileinto "Old/Notices"; }
      elsif false { reject "No."; } else { discard; }
      vacation :days 3 :subject "Away" "redirect \\"a@x.example\\";";`
    assert.deepEqual(tell(script), {
      targets: [],
      folders: ['Old/Notices'],
      does: ['answers', 'discards', 'refuses', 'marks-read'],
      clear: true,
    })
    assert.deepEqual(tell(''), { targets: [], folders: [], does: [], clear: true })
  })

  it('a script is read fast and without a fault, whatever a stranger stored', () => {
    const mega = (text: string) => text.repeat(Math.ceil(1_000_000 / text.length))
    const sets = ['a', 'b', 'c'].map((name) => mega(`set "${name}" "\${a}\${b}\${c}";`))
    const loops = `require "variables";${sets.join('')}`
    for (const script of [
      mega('redirect "a@x.example";'),
      mega('"\\a'),
      `redirect "${mega('\\"')}";`,
      `redirect text:\n${mega('..a\n')}`,
      mega('text:\n'),
      mega('/*'),
      mega('/* '),
      mega('{'),
      mega('['),
      mega('#'),
      mega(`\${hex:40`),
      `${loops} redirect "\${a}";`,
      `require "encoded-character"; redirect "${mega('${hex: 4')}";`,
      `require "encoded-character"; redirect "\${hex:${mega(' 40')}";`,
      `redirect "${mega(' ')}x";`,
      `redirect ${Array.from({ length: 20_000 }, (_, n) => `"a${n}@x.example"`).join(' ')};`,
    ]) {
      const begun = performance.now()
      const { targets } = tell(script)
      const took = performance.now() - begun
      assert.ok(targets.length <= 100)
      assert.ok(took < 5000, `${Math.round(took)} ms for ${script.slice(0, 60)}`)
    }
  })
})
