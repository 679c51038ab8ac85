import { ensureDatabase, findRunningPostgres, startEmbeddedPostgres } from '#db/embedded.ts'

export interface DevelopmentDatabase {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the embedded PostgreSQL under DATA_DIR. */
export async function startDevelopmentDatabase(dataDir: string): Promise<DevelopmentDatabase> {
  const server = await startEmbeddedPostgres(dataDir)
  return { url: await ensureDatabase(server, 'postern'), stop: server.stop }
}

/** For a command: takes the database of a running portal, else starts one until `stop`. */
export async function borrowDevelopmentDatabase(dataDir: string): Promise<DevelopmentDatabase> {
  const running = await findRunningPostgres(dataDir)
  return running
    ? { url: await ensureDatabase(running, 'postern'), stop: running.stop }
    : startDevelopmentDatabase(dataDir)
}
