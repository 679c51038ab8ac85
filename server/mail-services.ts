// What the worker does for the mail servers, each at a port of its own. Only what is set is loaded.
import type { Stoppable } from './complete-settings.ts'
import type { Portal } from './compose.ts'

export interface MailServices extends Stoppable {
  /** Ports that are listened on; absent: not asked for. */
  readonly sendingPolicy?: number
  readonly milter?: number
  readonly signInReports?: number
}

export async function startMailServices({ parts }: Pick<Portal, 'parts'>): Promise<MailServices> {
  const {
    mailServicesHost: host,
    sendingPolicyPort,
    milterPort,
    authPolicyPort,
    signInReportToken,
  } = parts.settings
  const at = (port: number) => ({ host, port })
  const startPolicy = async (port: number) => {
    const { startPolicyService } = await import('./mail/sending-limits/policy-service.ts')
    return startPolicyService(parts, at(port))
  }
  const startMilter = async (port: number) => {
    const { startTraceService } = await import('./mail/letter-trace/trace-service.ts')
    return startTraceService(parts, at(port))
  }
  const startReports = async (port: number, token: string) => {
    const { startReportService } = await import('./mail/client-sign-ins/report-service.ts')
    return startReportService(parts, { ...at(port), token })
  }
  const reports =
    authPolicyPort === undefined || !signInReportToken
      ? undefined
      : await startReports(authPolicyPort, signInReportToken)
  const policy = sendingPolicyPort === undefined ? undefined : await startPolicy(sendingPolicyPort)
  const milter = milterPort === undefined ? undefined : await startMilter(milterPort)
  return {
    ...(reports ? { signInReports: reports.port } : {}),
    ...(policy ? { sendingPolicy: policy.port } : {}),
    ...(milter ? { milter: milter.port } : {}),
    stop: async () => void (await Promise.all([reports?.stop(), policy?.stop(), milter?.stop()])),
  }
}
