import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token"
import {
  Fund,
  keypairSigner,
  NO_POLICY,
  POLICY_PARTS,
  STK_POLICY,
  StkClient,
  type PolicyPreset,
} from "@stk/sdk"
import { PublicKey } from "@solana/web3.js"
import { expect } from "chai"
import { readPreset } from "../../oracle/src/chain/presets"
import { InputRefused } from "../../oracle/src/failure"
import { Cluster, presetFile, type Created } from "./utils/cluster"

/** A policy as a preset file has it: amounts as decimal text. */
const written = (policy: object): object =>
  JSON.parse(
    JSON.stringify(policy, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
  ) as object

interface StatusJson {
  staked: string
  frozen: string
  policy: {
    reward_kinds: { name: string; freeze_days: object; fund: string; verdict_by: string }[]
    bands: { days: number; bps: number }[]
    spending_limits: Record<string, string>
    team: { cliff_seconds: number; vesting_seconds: number; spent: string }
  }
}

describe("the policy of a preset", function () {
  this.timeout(120_000)
  let cluster: Cluster
  let presets = 0

  before(async () => (cluster = await Cluster.start()))
  after(() => cluster.stop())

  /** A preset file with STK's rules and this policy. */
  const preset = (policy?: Partial<PolicyPreset>): string => {
    const changes = policy === undefined ? {} : { policy: written({ ...NO_POLICY, ...policy }) }
    return presetFile(cluster.folder, `preset-${presets++}.json`, 10n ** 15n, changes)
  }
  const mint = (): string => cluster.folder.at(`mint-${presets++}.json`)
  const clientOf = (economy: string): StkClient =>
    new StkClient({
      connection: cluster.connection,
      economy: new PublicKey(economy),
      signer: keypairSigner(cluster.operator),
      pollMilliseconds: 50,
    })

  it("is set with the creation, and shown", async () => {
    const key = mint()
    const file = preset(STK_POLICY)
    const first = await cluster.run("create", "--preset", file, "--mint-keypair", key)
    expect(first.stdout).to.contain("policy     set: rewardKinds, bands, spendingLimits, teamSchedule\n")
    const again = await cluster.run("create", "--preset", file, "--mint-keypair", key)
    expect(again.stdout).to.contain("policy     set already, as in the preset\n")
    const { economy } = await cluster.json<Created>("create", "--preset", file, "--mint-keypair", key)
    expect(await cluster.economy(new PublicKey(economy))).to.deep.include(STK_POLICY)

    const { policy, staked, frozen } = await cluster.json<StatusJson>("status", "--economy", economy)
    expect([staked, frozen]).to.deep.equal(["0", "0"])
    expect(policy.reward_kinds).to.have.length(7)
    expect(policy.reward_kinds[3]).to.deep.equal({
      name: "project",
      freeze_days: { least: 60, usual: 90, most: 90 },
      fund: "startup",
      verdict_by: "validator",
    })
    expect(policy.bands).to.deep.equal(STK_POLICY.bands)
    expect(policy.spending_limits).to.deep.equal({
      rewards_pool: "0",
      treasury: "5000000000000",
      startup: "5000000000000",
      team: "2000000000000",
      liquidity: "2000000000000",
    })
    expect(policy.team).to.deep.equal({ cliff_seconds: 31_536_000, vesting_seconds: 126_144_000, spent: "0" })
    const shown = await cluster.run("status", "--economy", economy)
    for (const text of [
      "mentoring (30 days), project (60 to 90 days)",
      "5% a quarter from 90 days on, 10% a quarter from 180 days on",
      "Treasury 5,000,000 STK",
      "nothing for 365 days, all in 1,460 days, spent 0 STK",
    ])
      expect(shown.stdout).to.contain(text)
  })

  it("is completed by a second run, in what nobody has set", async () => {
    const key = mint()
    const bare = await cluster.json<Created>("create", "--preset", preset(), "--mint-keypair", key)
    expect(bare.policy).to.equal(null)
    const { bands, rewardKinds } = STK_POLICY
    const part = await cluster.json<Created>(
      ...["create", "--preset", preset({ bands }), "--mint-keypair", key],
    )
    expect(part).to.deep.include({ outcome: "exists", signature: null })
    expect(part.policy).to.deep.include({ outcome: "set", parts: ["bands"] })
    const more = await cluster.json<Created>(
      ...["create", "--preset", preset({ bands, rewardKinds }), "--mint-keypair", key],
    )
    expect(more.policy).to.deep.include({ outcome: "set", parts: ["rewardKinds"] })
    const state = await cluster.economy(new PublicKey(bare.economy))
    expect(state).to.deep.include({ ...NO_POLICY, bands, rewardKinds })
  })

  it("does not undo what the admin has set otherwise", async () => {
    const key = mint()
    const { economy } = await cluster.json<Created>(
      ...["create", "--preset", preset(STK_POLICY), "--mint-keypair", key],
    )
    await clientOf(economy).setTeamSchedule(1, 2)

    const refused = await cluster.run("create", "--preset", preset(STK_POLICY), "--mint-keypair", key)

    expect(refused.code).to.equal(6)
    expect(refused.stderr).to.contain("this economy has another policy, which its admin has set")
    expect(refused.stderr).to.contain(
      'policy: teamSchedule: directory {"teamCliffSeconds":31536000,"teamVestingSeconds":126144000}, ' +
        'chain {"teamCliffSeconds":1,"teamVestingSeconds":2}',
    )
    expect(refused.stdout).to.equal("")
    expect(await cluster.economy(new PublicKey(economy))).to.include({ teamCliffSeconds: 1 })
  })

  it("is set by the admin alone, and found by anybody", async () => {
    const key = mint()
    const { economy } = await cluster.json<Created>("create", "--preset", preset(), "--mint-keypair", key)
    const other = await cluster.newKey("other.json")
    await clientOf(economy).proposeRole("admin", other.keypair.publicKey)
    const signer = keypairSigner(other.keypair)
    const at = { connection: cluster.connection, economy: new PublicKey(economy), pollMilliseconds: 50 }
    await new StkClient({ ...at, signer }).acceptRole("admin")
    const file = preset(STK_POLICY)

    const refused = await cluster.run("create", "--preset", file, "--mint-keypair", key)
    expect(refused.code).to.equal(5)
    expect(refused.stderr).to.contain(
      `policy: ${POLICY_PARTS.join(", ")}: not set yet: keypair: ${cluster.operator.publicKey.toBase58()} is not ` +
        `the admin ${other.keypair.publicKey.toBase58()}, who may`,
    )
    const set = await cluster.json<Created>(
      ...["create", "--preset", file, "--mint-keypair", key, "-k", other.file],
    )
    expect(set.policy).to.deep.include({ outcome: "set", parts: POLICY_PARTS })
    const found = await cluster.json<Created>("create", "--preset", file, "--mint-keypair", key)
    expect(found.policy).to.deep.include({ outcome: "unchanged" })
  })

  it("has no schedule of the team any more once something of its fund was spent", async () => {
    const key = mint()
    const { economy, mint: token } = await cluster.json<Created>(
      ...["create", "--preset", preset(), "--mint-keypair", key],
    )
    const client = clientOf(economy)
    const owner = cluster.operator.publicKey
    const account = getAssociatedTokenAddressSync(new PublicKey(token), owner)
    await client.sendInstructions("token account", [
      createAssociatedTokenAccountIdempotentInstruction(owner, account, owner, new PublicKey(token)),
    ])
    await cluster.localnet.timeTravel((await cluster.localnet.unixTime()) + 90_000)
    await client.releaseEmission()
    const { spendingLimits } = STK_POLICY
    await client.setSpendingLimits(spendingLimits)
    await client.withdrawFund(Fund.Team, account, 12n, "advance")

    const refused = await cluster.run("create", "--preset", preset(STK_POLICY), "--mint-keypair", key)

    expect(refused.code).to.equal(5)
    expect(refused.stderr).to.contain(
      "teamSchedule can only be set until something of the Team fund is spent, and 12",
    )
    expect((await cluster.economy(new PublicKey(economy))).rewardKinds).to.deep.equal([])
    const without = await cluster.json<Created>(
      ...["create", "--preset", preset({ spendingLimits, bands: STK_POLICY.bands }), "--mint-keypair", key],
    )
    expect(without.policy).to.deep.include({ outcome: "set", parts: ["bands"] })
  })

  describe("in a file", () => {
    const [kind] = STK_POLICY.rewardKinds
    const long = "a".repeat(25)
    const bands = STK_POLICY.bands
    const REFUSED: readonly (readonly [what: string, change: object, field: string, rule: string])[] = [
      ["nine kinds", { rewardKinds: Array.from({ length: 9 }, () => kind) }, "rewardKinds", "<=8"],
      ["a kind twice", { rewardKinds: [kind, kind] }, "rewardKinds.1.name", "is there twice"],
      [
        "a kind without a name",
        { rewardKinds: [{ ...kind, name: "" }] },
        "rewardKinds.0.name",
        "must have 1 to 24 bytes of UTF-8",
      ],
      [
        "a name of 25 bytes",
        { rewardKinds: [{ ...kind, name: long }] },
        "rewardKinds.0.name",
        "must have 1 to 24 bytes of UTF-8",
      ],
      [
        "a name with a zero",
        { rewardKinds: [{ ...kind, name: "a\0" }] },
        "rewardKinds.0.name",
        "must have 1 to 24 bytes",
      ],
      [
        "a usual freeze below the shortest",
        { rewardKinds: [{ ...kind, minFreezeDays: 1 }] },
        "rewardKinds.0.defaultFreezeDays",
        "must lie between",
      ],
      [
        "a usual freeze above the longest",
        { rewardKinds: [{ ...kind, defaultFreezeDays: 1 }] },
        "rewardKinds.0.defaultFreezeDays",
        "must lie",
      ],
      [
        "a freeze of 366 days",
        { rewardKinds: [{ ...kind, maxFreezeDays: 366 }] },
        "rewardKinds.0.maxFreezeDays",
        "<=365",
      ],
      [
        "a fund that there is not",
        { rewardKinds: [{ ...kind, fund: 5 }] },
        "rewardKinds.0.fund",
        "must be one of 0 (RewardsPool)",
      ],
      [
        "rewards from the Team fund",
        { rewardKinds: [{ ...kind, fund: Fund.Team }] },
        "rewardKinds.0.fund",
        "pays by its schedule",
      ],
      [
        "a verdict by nobody",
        { rewardKinds: [{ ...kind, verdictBy: 3 }] },
        "rewardKinds.0.verdictBy",
        "must be one of 0 (Validator)",
      ],
      ["a field that there is not", { rewardKinds: [{ ...kind, colour: 3 }] }, "rewardKinds.0", "colour"],
      ["two bands", { bands: bands.slice(1) }, "bands", "three, by rising days"],
      ["a band before 30 days", { bands: [{ days: 29, bps: 1 }, ...bands.slice(1)] }, "bands", "from 30 on"],
      [
        "a band above 25%",
        { bands: [...bands.slice(0, 2), { days: 365, bps: 2_501 }] },
        "bands",
        "up to 2,500",
      ],
      ["bands that fall", { bands: [bands[1], bands[0], bands[2]] }, "bands", "three, by rising days"],
      [
        "a limit of the Rewards Pool",
        { spendingLimits: ["1", "0", "0", "0", "0"] },
        "spendingLimits.0",
        "must be 0",
      ],
      ["four limits", { spendingLimits: ["0", "0", "0", "0"] }, "spendingLimits", "5"],
      [
        "a broken limit",
        { spendingLimits: ["0", "1.5", "0", "0", "0"] },
        "spendingLimits.1",
        "must be base units as decimal text",
      ],
      [
        "a limit that is a number",
        { spendingLimits: ["0", 1, "0", "0", "0"] },
        "spendingLimits.1",
        "expected string",
      ],
      [
        "a limit of 2^64",
        { spendingLimits: ["0", String(2n ** 64n), "0", "0", "0"] },
        "spendingLimits.1",
        "must be below 2^64",
      ],
      ["a cliff of 2^32 seconds", { teamCliffSeconds: 2 ** 32 }, "teamCliffSeconds", "<=4294967295"],
      ["a vesting before genesis", { teamVestingSeconds: -1 }, "teamVestingSeconds", ">=0"],
      ["no vesting", { teamVestingSeconds: undefined }, "teamVestingSeconds", "expected number"],
    ]

    for (const [what, change, field, rule] of REFUSED) {
      it(`is refused with ${what}`, () => {
        const policy = { ...written(STK_POLICY), ...change }
        const file = presetFile(cluster.folder, `refused-${presets++}.json`, 10n ** 15n, { policy })

        expect(() => readPreset(file))
          .to.throw(InputRefused)
          .with.property("message")
          .that.contains(`${file}: policy.${field}: `)
          .and.contains(rule)
      })
    }

    it("is taken at its limits", async () => {
      const kinds = Array.from({ length: 8 }, (_, index) => ({
        ...kind,
        name: `${index}`.repeat(24),
        maxFreezeDays: 365,
      }))
      const limit = String(2n ** 64n - 1n)
      const policy = {
        rewardKinds: kinds,
        bands: [30, 31, 32].map((days) => ({ days, bps: 2_500 })),
        spendingLimits: ["0", limit, limit, limit, limit],
        teamCliffSeconds: 2 ** 32 - 1,
        teamVestingSeconds: 2 ** 32 - 1,
      }
      const file = presetFile(cluster.folder, "largest.json", 10n ** 15n, { policy })
      const { economy, policy: set } = await cluster.json<Created>("create", "--preset", file)
      expect(set).to.deep.include({ outcome: "set", parts: POLICY_PARTS })
      const state = await cluster.economy(new PublicKey(economy))
      expect(state.rewardKinds.map(({ name }) => name)).to.deep.equal(kinds.map(({ name }) => name))
    })
  })
})
