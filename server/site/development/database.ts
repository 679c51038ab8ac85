import { ensureDatabase, findRunningPostgres, startEmbeddedPostgres } from '#db/embedded.ts'

/** The embedded PostgreSQL under DATA_DIR, with its database. */
export async function startDevelopmentDatabase(
  dataDir: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = await startEmbeddedPostgres(dataDir)
  return { url: await ensureDatabase(server, 'postern'), stop: server.stop }
}

/** The same for a command: the server of a portal that is running, or an own one for as long as the command takes. */
export async function borrowDevelopmentDatabase(
  dataDir: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const running = await findRunningPostgres(dataDir)
  return running
    ? { url: await ensureDatabase(running, 'postern'), stop: running.stop }
    : startDevelopmentDatabase(dataDir)
}
