// Every sample of the gallery.
import { loadSamples } from '#server/load-samples.ts'
import { mailSamplesOf } from '#server/site/gallery/gallery.ts'

export const gallerySamples = await loadSamples()
export const { samples, messageSamples } = gallerySamples
export const mailSamples = mailSamplesOf(gallerySamples)
