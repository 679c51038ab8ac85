/**
 * The network around one that `networkOf` names: an IPv4 address's /24, a /64's /48. What is neither of them stays as it is.
 * Limits of it need a wide budget: many people who know nothing of each other share one.
 */
export function wideNetworkOf(network: string): string {
  const octets = /^(\d+\.\d+\.\d+)\.\d+$/.exec(network)?.[1]
  if (octets) return `${octets}.0/24`
  const groups = /^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):[0-9a-f]+::\/64$/.exec(network)?.[1]
  return groups ? `${groups}::/48` : network
}
