import { z } from "zod"

/** Metrics, health and what counts as late. */
export const watchConfigSchema = z.strictObject({
  /** Port of `/metrics`, `/healthz` and `/readyz`; without one nothing is served, 0 takes a free one. */
  port: z.int().min(0).max(65_535).optional(),
  /** There are no credentials: other machines see it only where a network of the operator's own is named. */
  host: z.string().min(1).default("127.0.0.1"),
  /** Weeks that are shown, the last ones. */
  weeks: z.int().min(1).max(52).default(8),
  /** What was read is shown again for so long: a scrape does not become work for the database or the endpoints. */
  freshSeconds: z.number().min(0).default(10),
  /** Longest that an answer waits for what it reads; then it has what was read before. */
  patienceSeconds: z.number().positive().max(60).default(3),
  /** A daemon that has done nothing for so long, not even look at the time, is not ready. */
  mostSilentMinutes: z.number().positive().default(15),
})
export type WatchConfig = z.infer<typeof watchConfigSchema>
