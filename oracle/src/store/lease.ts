import { sql } from "drizzle-orm"
import { hostname } from "node:os"
import { Locked } from "../chain/failures"
import { StaleLease, StoreUnreachable } from "./failures"
import { isStaleLease } from "./fence"
import { rowsOf } from "./migrate"
import type { Store } from "./store"

/** The weekly process: who has it moves weeks on. */
export const WEEKLY_LEASE = "weekly"
const DEFAULT_SECONDS = 60
/** Heartbeats in the time that a lease lasts. */
const BEATS = 4

/** The right to work, while nobody else has a later token. */
export interface Lease {
  readonly name: string
  /** Counts up with every holder. */
  readonly token: number
  /** The store whose writes fail once the token is not the latest. */
  readonly store: Store
  /** Aborted with the reason as soon as the lease is known to be lost. */
  readonly signal: AbortSignal
}

export interface LeaseOptions {
  /** How long it lasts without a sign of life. */
  seconds?: number
}

/**
 * Runs `work` while holding a lease, which counts by the database's clock alone. A holder that dies is replaced once
 * its lease has run out; one that comes back afterwards finds that it can write nothing.
 *
 * @throws {Locked} somebody else holds it
 * @throws {StaleLease} somebody else took it over meanwhile
 */
export async function withLease<T>(
  store: Store,
  name: string,
  work: (lease: Lease) => Promise<T>,
  options: LeaseOptions = {},
): Promise<T> {
  if (store.isShared) throw new Locked(store.where, "another process works with this embedded database")
  const seconds = options.seconds ?? DEFAULT_SECONDS
  const token = await take(store, name, seconds)
  const lost = new AbortController()
  const heartbeat = new Heartbeat(store, name, token, seconds, lost)
  try {
    const fenced = await store.fenced({ lease: name, token })
    try {
      return await work({ name, token, store: fenced, signal: lost.signal })
    } finally {
      await fenced.close()
    }
  } catch (error) {
    if (error instanceof StaleLease) throw error
    throw isStaleLease(error) ? new StaleLease(name, { cause: error }) : error
  } finally {
    await heartbeat.stop()
    await release(store, name, token)
  }
}

/** Who holds a lease now, in words; null when nobody does. */
export async function holderOf(store: Store, name: string): Promise<string | null> {
  const [row] = await rowsOf<{ holder: string }>(
    store.database,
    sql`SELECT holder FROM stk_oracle.leases WHERE name = ${name} AND expires_at > clock_timestamp()`,
  )
  return row?.holder ?? null
}

const lasting = (seconds: number): ReturnType<typeof sql> =>
  sql`clock_timestamp() + make_interval(secs => ${seconds}::double precision)`

async function take(store: Store, name: string, seconds: number): Promise<number> {
  const holder = `${hostname()}:${process.pid} ${store.session}`
  const { database } = store
  await database.execute(
    sql`INSERT INTO stk_oracle.leases (name, holder, token, expires_at) VALUES (${name}, '', 0, clock_timestamp())
        ON CONFLICT DO NOTHING`,
  )
  const [present] = await rowsOf<{ holder: string; expires: string; is_free: boolean }>(
    database,
    sql`SELECT holder, expires_at::text AS expires, expires_at <= clock_timestamp() AS is_free
        FROM stk_oracle.leases WHERE name = ${name}`,
  )
  if (present === undefined) throw new Error(`the lease ${name} has vanished`)
  // Its process is gone from this machine: nobody can come back, and if somebody did, the token would stop them.
  const isGone = hasEnded(present.holder)
  if (!present.is_free && !isGone) throw new Locked(`lease ${name}`, `${processOf(present.holder)} holds it`)
  // A holder that hangs inside a transaction would keep the row until the server puts it out.
  if (present.holder !== "" && sessionOf(present.holder) !== store.session)
    await database.execute(
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = ${sessionOf(present.holder)}`,
    )
  // FOR UPDATE, unlike the heartbeat, waits for writes that have begun under the old token.
  const token = await database.transaction(async (transaction) => {
    const [row] = await rowsOf<{ is_free: boolean; holder: string }>(
      transaction,
      sql`SELECT expires_at <= clock_timestamp() AS is_free, holder FROM stk_oracle.leases WHERE name = ${name} FOR UPDATE`,
    )
    if (row === undefined || (!row.is_free && !(isGone && row.holder === present.holder))) return null
    const [taken] = await rowsOf<{ token: string }>(
      transaction,
      sql`UPDATE stk_oracle.leases SET holder = ${holder}, token = token + 1, expires_at = ${lasting(seconds)}
          WHERE name = ${name} RETURNING token::text AS token`,
    )
    return Number(taken?.token)
  })
  if (token === null) throw new Locked(`lease ${name}`, "another process has just taken it")
  return token
}

function hasEnded(holder: string): boolean {
  const [host, pid] = holder.slice(0, holder.indexOf(" ")).split(":")
  if (host !== hostname() || pid === undefined) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH"
  }
}

const processOf = (holder: string): string => `process ${holder.split(" ")[0] ?? ""}`
const sessionOf = (holder: string): string => holder.slice(holder.indexOf(" ") + 1)

async function release(store: Store, name: string, token: number): Promise<void> {
  // It runs out by itself when this does not get through.
  await store.database
    .execute(
      sql`UPDATE stk_oracle.leases SET holder = '', expires_at = clock_timestamp()
          WHERE name = ${name} AND token = ${token}`,
    )
    .catch(() => undefined)
}

/** Signs of life, until it is stopped or the lease is lost. */
class Heartbeat {
  private timer: NodeJS.Timeout | null = null
  private beating: Promise<void> = Promise.resolve()
  private lastBeat = process.hrtime.bigint()
  private failures = 0

  constructor(
    private readonly store: Store,
    private readonly name: string,
    private readonly token: number,
    private readonly seconds: number,
    private readonly lost: AbortController,
  ) {
    this.schedule()
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    await this.beating
  }

  private schedule(): void {
    this.timer = setTimeout(
      () => {
        this.beating = this.beat()
      },
      (this.seconds * 1000) / BEATS,
    )
    this.timer.unref()
  }

  private async beat(): Promise<void> {
    try {
      const rows = await rowsOf(
        this.store.database,
        sql`UPDATE stk_oracle.leases SET expires_at = ${lasting(this.seconds)}
            WHERE name = ${this.name} AND token = ${this.token} RETURNING token`,
      )
      if (rows.length === 0) {
        this.lost.abort(new StaleLease(this.name))
        return
      }
      this.lastBeat = process.hrtime.bigint()
      this.failures = 0
    } catch (cause) {
      const silent = Number(process.hrtime.bigint() - this.lastBeat) / 1e9
      // The first failure may be of a connection that broke while this process was stopped.
      if (++this.failures > 1 && silent > this.seconds) {
        this.lost.abort(
          new StoreUnreachable(
            this.store.where,
            `lease ${this.name} could not be renewed for ${Math.round(silent)} s`,
            {
              cause,
            },
          ),
        )
        return
      }
    }
    if (this.timer !== null) this.schedule()
  }
}
