/** The /24 or the /48 around a network, which many strangers share. */
export function wideNetworkOf(network: string): string {
  const octets = /^(\d+\.\d+\.\d+)\.\d+$/.exec(network)?.[1]
  if (octets) return `${octets}.0/24`
  const groups = /^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):[0-9a-f]+::\/64$/.exec(network)?.[1]
  return groups ? `${groups}::/48` : network
}
