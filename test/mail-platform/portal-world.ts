// A whole portal and a running mail platform that report to each other as in production.
import type { Stoppable } from '#server/kit/feature.ts'
import { startMailServices } from '#server/mail-services.ts'
import { createTestDatabase } from '#test/support/database.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { freePorts } from '#test/support/ports.ts'
import { startTestPlatform, type TestPlatform } from './start.ts'

export interface PortalWorld {
  readonly mail: TestPlatform
  readonly portal: TestPortal
  readonly services: Stoppable
  stop(): Promise<void>
}

const token = 'what-dovecot-shows-to-the-portal'

/** @param env of the portal, beside what joins it to the mail platform */
export async function startPortalWorld(
  env: Readonly<Record<string, string>> = {},
): Promise<PortalWorld> {
  const database = await createTestDatabase()
  const [reports = 0, policy = 0, milter = 0] = await freePorts(3)
  const at = (port: number) => `127.0.0.1:${port}`
  const mail = await startTestPlatform({
    databaseUrl: database.url,
    authPolicy: { url: `http://${at(reports)}/sign-ins`, token, nonce: 'a-nonce-of-the-tests' },
    sendingPolicy: at(policy),
    submissionMilter: at(milter),
  })
  const undone = [() => database.drop(), () => mail.stop()]
  const stop = async () => {
    for (const undo of undone.splice(0).reverse()) await undo()
  }
  try {
    const portal = await startTestPortal({
      database,
      env: {
        DOVEADM_URL: mail.doveadmUrl,
        DOVEADM_API_KEY: mail.apiKey,
        SIGN_IN_REPORT_TOKEN: token,
        AUTH_POLICY_PORT: String(reports),
        SENDING_POLICY_PORT: String(policy),
        MILTER_PORT: String(milter),
        ...env,
      },
    })
    undone.push(() => portal.stop())
    const services = await startMailServices(portal)
    undone.push(() => services.stop())
    return { mail, portal, services, stop }
  } catch (fault) {
    await stop()
    throw fault
  }
}
