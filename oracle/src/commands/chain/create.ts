import { Cluster } from "../../chain/cluster"
import { resolveUrls } from "../../chain/cluster_url"
import { createEconomy, mintKeypair, type PolicyReport } from "../../chain/create"
import { readPreset } from "../../chain/presets"
import { UsageError } from "../../failure"
import { resolveSigner } from "../../key/resolve"
import { printable } from "../../output"
import type { CreateOptions } from "../create"
import { printJson } from "./output"

export async function runCreate(options: CreateOptions): Promise<void> {
  const notes: string[] = []
  const preset = readPreset(options.preset)
  const genesis = options.genesis === undefined ? null : parseTime(options.genesis)
  const cluster = new Cluster(resolveUrls(options.url))
  const signer = await resolveSigner(options.keypair, "--keypair", notes)
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`)
  const mint = mintKeypair(options.mintKeypair)
  const report = await createEconomy({ cluster, signer, mint, preset, genesis })
  if (options.json === true) {
    printJson(report)
    return
  }
  process.stdout.write(
    `${report.outcome === "created" ? "created" : "exists already, with these rules"}: ${preset.name} (${preset.symbol})\n` +
      `economy    ${report.economy}\nmint       ${report.mint}\nvault      ${report.vault}\n` +
      (report.signature === null ? "" : `signature  ${report.signature}\n`) +
      describePolicy(report.policy),
  )
}

function describePolicy(policy: PolicyReport | null): string {
  if (policy === null) return "policy     none in the preset\n"
  if (policy.outcome === "unchanged") return "policy     set already, as in the preset\n"
  return `policy     set: ${policy.parts.join(", ")}\nsignature  ${policy.signature}\n`
}

function parseTime(text: string): number {
  const milliseconds = Date.parse(text)
  if (!/^\d{4}-\d{2}-\d{2}(T|$)/.test(text) || Number.isNaN(milliseconds) || milliseconds % 1000 !== 0)
    throw new UsageError("--genesis", `${text} is not a time such as 2027-01-04T00:00:00Z`)
  return milliseconds / 1000
}
