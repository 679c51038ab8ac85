import type { CityResponse } from 'maxmind'
import type { FindPlace } from './client.ts'

/** @param file the setting PLACE_DATABASE; without it no place is known */
export async function openPlaces(file: string | undefined): Promise<FindPlace> {
  if (!file) return () => undefined
  const { open } = await import('maxmind')
  const reader = await open<CityResponse>(file)
  return (ip) => {
    const found = reader.get(ip)
    const parts = [found?.city?.names.en, found?.country?.iso_code].filter(
      (part) => part !== undefined,
    )
    return parts.length > 0 ? parts.join(', ') : undefined
  }
}
