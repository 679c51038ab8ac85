// Shows a page of our own where the network is away. Keeps nothing else: pages are personal, and a browser may be lent.
// `assets` and `cacheName` are written before this line by the portal.
const pageIn = (locale) => `/offline/${locale}`
const languages = ['be', 'ru', 'en', 'de']
const chosen = '/offline/chosen'

self.addEventListener('install', (event) => {
  const keep = async () =>
    (await caches.open(cacheName)).addAll([...languages.map(pageIn), ...assets])
  event.waitUntil(keep().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== cacheName) await caches.delete(name)
    await self.clients.claim()
  }
  event.waitUntil(tidy())
})

// The language of the last page is the person's own; it outlives this worker, which browsers end at will.
const remember = async (locale) => {
  const cache = await caches.open(cacheName)
  const known = await cache.match(chosen)
  if (languages.includes(locale) && (await known?.text()) !== locale)
    await cache.put(chosen, new Response(locale))
}

const offlinePage = async () => {
  const cache = await caches.open(cacheName)
  const known = await cache.match(chosen)
  const locale = known
    ? await known.text()
    : languages.find((one) => navigator.language.startsWith(one))
  return (await cache.match(pageIn(locale ?? 'en'))) ?? Response.error()
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  // Forms go their own way: a browser asks before it sends one again.
  if (request.method !== 'GET') return
  if (request.mode === 'navigate') {
    const load = async () => {
      try {
        const response = await fetch(request)
        event.waitUntil(remember(response.headers.get('Content-Language')))
        return response
      } catch {
        return await offlinePage()
      }
    }
    event.respondWith(load())
  } else if (assets.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)))
  }
})
