import type { CityResponse } from 'maxmind'
import { joinPlace } from '../i18n/places.ts'
import type { FindPlace } from './client.ts'

/** @param file the setting PLACE_DATABASE; without it no place is known */
export async function openPlaces(file: string | undefined): Promise<FindPlace> {
  if (!file) return () => undefined
  const { open } = await import('maxmind')
  const reader = await open<CityResponse>(file)
  return (ip) => {
    const found = reader.get(ip)
    const place = joinPlace(found?.city?.names ?? {}, found?.country?.iso_code)
    return place === '' ? undefined : place
  }
}
