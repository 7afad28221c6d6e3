import { z } from "zod"
import { secretSchema } from "./secret"

const urlSchema = z.union([z.string().min(1), secretSchema])

/** Where the chain is and who signs. */
export const chainConfigSchema = z.strictObject({
  /** Address of the economy. */
  economy: z.string().min(32),
  /** RPC endpoints, best first; the others take over. A URL with a key in it is a secret. */
  rpc: z.array(urlSchema).min(1),
  /** Key file of the oracle, or an external signer's socket or command. */
  oracle: z.string().min(1),
  /** The registrar's; the oracle's by default. */
  registrar: z.string().min(1).optional(),
  /** Micro-lamports for each compute unit: to begin with (`auto`: what others paid lately), and the most that expiries raise it to. */
  priorityFee: z.union([z.int().min(0), z.literal("auto")]).default(0),
  mostPriorityFee: z.int().min(0).default(1_000_000),
  /** Most lamports of fees for a week: beyond, nothing is sent. */
  feeBudget: z.int().min(0).optional(),
  concurrency: z.int().min(1).max(256).default(8),
  /** Weeks whose cost the oracle's key may hold; below one week it warns. */
  weeksOfFees: z.int().min(1).default(4),
  /** What is above goes to this address after each week. */
  returnSolTo: z.string().min(32).optional(),
})
