import { sql } from "drizzle-orm"
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core"
import { StaleLease } from "./failures"
import type * as schema from "./schema"
import type { Fence } from "./store"

/** Session setting that names the lease and the token which a session's writes depend on. */
export const FENCE_SETTING = "stk_oracle.lease"
/** SQLSTATE of a write that was refused because the lease has another holder. */
const STALE_LEASE = "STK01"

export function fenceValue(fence: Fence): string {
  return `${fence.lease}:${fence.token}`
}

/**
 * A trigger before every statement that writes: when the session works under a lease, it must still be the latest
 * token. The row is locked until the transaction ends, so that a takeover waits for a write that has begun. A heartbeat
 * changes no key and waits for nobody.
 */
const CREATE_FUNCTION = `
CREATE OR REPLACE FUNCTION stk_oracle.refuse_stale_lease() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held text := current_setting('${FENCE_SETTING}', true);
BEGIN
  IF coalesce(held, '') = '' THEN RETURN NULL; END IF;
  PERFORM 1 FROM stk_oracle.leases
    WHERE name = split_part(held, ':', 1) AND token = split_part(held, ':', 2)::bigint FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'lease % has another holder', held USING ERRCODE = '${STALE_LEASE}';
  END IF;
  RETURN NULL;
END
$$`

const UNFENCED = `
SELECT format('%I.%I', n.nspname, c.relname) AS table
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'stk_oracle' AND c.relkind = 'r' AND c.relname <> 'leases'
  AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'refuse_stale_lease')
ORDER BY 1`

/** Gives every table its fence, and does nothing where all have it. */
export async function createFences(database: PgDatabase<PgQueryResultHKT, typeof schema>): Promise<void> {
  const { rows } = (await database.execute(sql.raw(UNFENCED))) as unknown as { rows: { table: string }[] }
  if (rows.length === 0) return
  await database.transaction(async (transaction) => {
    await transaction.execute(sql.raw(CREATE_FUNCTION))
    for (const { table } of rows)
      await transaction.execute(
        sql.raw(
          `CREATE OR REPLACE TRIGGER refuse_stale_lease BEFORE INSERT OR UPDATE OR DELETE ON ${table}
             FOR EACH STATEMENT EXECUTE FUNCTION stk_oracle.refuse_stale_lease()`,
        ),
      )
  })
}

/** Whether a write failed since the lease has another holder, wherever in the causes the database says so. */
export function isStaleLease(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ((cause as { code?: unknown }).code === STALE_LEASE || cause instanceof StaleLease) return true
  return false
}
