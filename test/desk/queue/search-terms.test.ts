import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSearch, termsOf } from '#server/desk/queue/search-terms.ts'

const nothingElse = { messageIds: [], ips: [], subject: '', linkHosts: [] }

test('an address under an international domain is found in both of its forms', () => {
  const forms = ['ales@xn--80a1acn3a.xn--90ais', 'Ales@Пошта.бел']
  for (const written of forms) {
    const terms = termsOf({ addresses: [written], ...nothingElse })
    for (const typed of forms) {
      const [[wanted] = []] = parseSearch('address', typed)
      assert.ok(wanted && terms.includes(wanted), `${typed} in ${written}`)
    }
  }
})
