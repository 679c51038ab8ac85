import { ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'

/** The embedded PostgreSQL under DATA_DIR, with its database. */
export async function startDevelopmentDatabase(
  dataDir: string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = await startEmbeddedPostgres(dataDir)
  return { url: await ensureDatabase(server, 'postern'), stop: server.stop }
}
