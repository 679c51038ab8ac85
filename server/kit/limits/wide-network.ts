/** The /24 around an IPv4 address, the /48 around an IPv6 /64. Many strangers share one. */
export function wideNetworkOf(network: string): string {
  const octets = /^(\d+\.\d+\.\d+)\.\d+$/.exec(network)?.[1]
  if (octets) return `${octets}.0/24`
  const groups = /^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+):[0-9a-f]+::\/64$/.exec(network)?.[1]
  return groups ? `${groups}::/48` : network
}
