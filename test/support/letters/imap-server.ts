// An IMAP server with one folder, as much of it as fetching reports needs.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

interface Kept {
  readonly source: Buffer
  seen: boolean
}

export interface ImapServer {
  readonly url: string
  append(source: Buffer): void
  unseen(): number
  stop(): Promise<void>
}

const capability = '* CAPABILITY IMAP4rev1\r\n'

export async function startImapServer(): Promise<ImapServer> {
  const mails: Kept[] = []
  const sockets = new Set<Socket>()
  const at = (uid: string) => mails[Number(uid) - 1]

  function answer(socket: Socket, tag: string, line: string): void {
    const ok = `${tag} OK done\r\n`
    const fetch = /^UID FETCH (\d+) (.*)$/i.exec(line)
    const store = /^UID STORE (\d+) \+FLAGS/i.exec(line)
    if (fetch) {
      const [, uid = '', wanted = ''] = fetch
      const source = at(uid)?.source ?? Buffer.alloc(0)
      socket.write(`* ${uid} FETCH (UID ${uid} RFC822.SIZE ${source.length}`)
      if (/BODY\.PEEK\[\]/i.test(wanted)) {
        socket.write(` BODY[]<0> {${source.length}}\r\n`)
        socket.write(source)
      }
      socket.write(`)\r\n${ok}`)
    } else if (store) {
      const mail = at(store[1] ?? '')
      if (mail) mail.seen = true
      socket.write(ok)
    } else if (/^UID SEARCH/i.test(line)) {
      const found = mails.flatMap(({ seen }, n) => (seen ? [] : [n + 1]))
      socket.write(`* SEARCH ${found.join(' ')}\r\n${ok}`)
    } else if (/^SELECT/i.test(line)) {
      const state = ['FLAGS (\\Seen \\Flagged)', `${mails.length} EXISTS`, 'OK [UIDVALIDITY 1]']
      socket.write(
        `${state.map((each) => `* ${each}\r\n`).join('')}${tag} OK [READ-WRITE] done\r\n`,
      )
    } else if (/^LIST/i.test(line)) socket.write(`* LIST () "/" INBOX\r\n${ok}`)
    else if (/^CAPABILITY/i.test(line)) socket.write(capability + ok)
    else socket.write(ok)
    if (/^LOGOUT/i.test(line)) socket.end()
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let read = ''
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n')
    socket.on('data', (chunk) => {
      read += chunk.toString('latin1')
      for (let end = read.indexOf('\r\n'); end >= 0; end = read.indexOf('\r\n')) {
        const [, tag = '*', line = ''] = /^(\S+) (.*)$/.exec(read.slice(0, end)) ?? []
        read = read.slice(end + 2)
        answer(socket, tag, line)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `imap://reports:secret@127.0.0.1:${port}`,
    append: (source) => void mails.push({ source, seen: false }),
    unseen: () => mails.filter(({ seen }) => !seen).length,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
