import {
  createAssociatedTokenAccountInstruction,
  createSyncNativeInstruction,
  getAssociatedTokenAddressSync,
  NATIVE_MINT,
} from "@solana/spl-token"
import {
  addReserveAssetInstruction,
  createReserveInstruction,
  createStartupInstruction,
  depositReserveInstruction,
  Fund,
  Inflow,
  planReserveDeposit,
  postAssetPriceInstruction,
  ReserveKind,
  SECONDS_PER_WEEK,
  setReserveLimitInstruction,
  setSpendingLimitsInstruction,
  setStartupShareInstruction,
  setTeamScheduleInstruction,
  spendFundInstruction,
  STK_POLICY,
  STK_PRESET,
  transactionsOf,
  unixDay,
  withdrawFundInstruction,
  withdrawReserveInstruction,
} from "@stk/sdk"
import { SystemProgram, type Keypair, type TransactionInstruction } from "@solana/web3.js"
import { addMembers, releaseEmission } from "../../tests/utils/economy"
import { Chain, START_UNIX_TIME } from "../../tests/utils/svm"
import type { Row, Table } from "../figures"
import { measure } from "./meter"
import { createSeededEconomy, fundedKey, handOverRoles, walletsOf } from "./world"

/** A reason of the length that people write. */
const REASON = "prizes of the autumn marathon"
const MEMBERS = 8
const HALF_A_SOL = 500_000_000n

/** Spending from funds, and the reserve in wrapped SOL from its creation to a withdrawal. */
export async function measureFunds(): Promise<Table> {
  const chain = new Chain()
  const { economy } = await createSeededEconomy(chain, "funds", STK_PRESET, START_UNIX_TIME)
  handOverRoles(chain, economy)
  const wallets = walletsOf(economy, 0, MEMBERS)
  addMembers(chain, economy, wallets)
  chain.unixTime = START_UNIX_TIME + SECONDS_PER_WEEK
  releaseEmission(chain, economy)
  const { admin, oracle, treasurer, stranger: payer } = economy.actors
  const anyone = fundedKey(chain, "anyone")
  const rows: Row[] = []
  const note = async (
    name: string,
    of: string,
    instruction: TransactionInstruction | readonly TransactionInstruction[],
    signer: Keypair,
    // Lamports that the signer pays in, beside fee and rent.
    given = 0n,
  ): Promise<void> => {
    const { computeUnits, bytes, rent, fee } = await measure(chain, instruction, [signer])
    const cells = [computeUnits, bytes, rent - Number(given), fee]
    rows.push({ name: of === "" ? name : `${name}, ${of}`, cells })
  }

  const byAdmin = { economy: economy.address, admin: admin.publicKey }
  const limits = STK_POLICY.spendingLimits
  await note("set_spending_limits", "", setSpendingLimitsInstruction({ ...byAdmin, limits }), admin)
  const schedule = { cliffSeconds: 0, vestingSeconds: STK_POLICY.teamVestingSeconds }
  await note("set_team_schedule", "", setTeamScheduleInstruction({ ...byAdmin, ...schedule }), admin)

  const byTreasurer = { economy: economy.address, treasurer: treasurer.publicKey }
  const [first] = wallets
  if (first === undefined) throw new Error("an economy without members")
  const spending = { ...byTreasurer, amount: 1_000_000n, reason: REASON }
  const toMember = { ...spending, recipient: first.publicKey, page: 0, slot: 0 }
  await note("spend_fund", "Treasury", spendFundInstruction({ ...toMember, fund: Fund.Treasury }), treasurer)
  await note("spend_fund", "Team", spendFundInstruction({ ...toMember, fund: Fund.Team }), treasurer)
  const destination = getAssociatedTokenAddressSync(economy.mint, anyone.publicKey)
  chain.send(
    createAssociatedTokenAccountInstruction(anyone.publicKey, destination, anyone.publicKey, economy.mint),
    [anyone],
  )
  const liquidity = withdrawFundInstruction({ ...spending, fund: Fund.Liquidity, destination })
  await note("withdraw_fund", "", liquidity, treasurer)

  const mint = NATIVE_MINT
  await note("create_reserve", "", createReserveInstruction(byTreasurer), treasurer)
  const asset = addReserveAssetInstruction({ ...byTreasurer, mint, kind: ReserveKind.Sol })
  await note("add_reserve_asset", "", asset, treasurer)
  const startup = createStartupInstruction({ ...byTreasurer, startup: 0, name: "Startup" })
  await note("create_startup", "", startup, treasurer)
  const share = setStartupShareInstruction({ ...byTreasurer, startup: 0, shareBps: 500 })
  await note("set_startup_share", "", share, treasurer)
  const place = { economy: economy.address, asset: 0, mint, reference: REASON }
  const [wrapped] = transactionsOf(
    planReserveDeposit({
      ...place,
      depositor: payer.publicKey,
      inflow: Inflow.Donation,
      startup: null,
      gross: 2n * HALF_A_SOL,
      hasTokenAccount: false,
    }),
  )
  if (wrapped === undefined) throw new Error("a plan without a transaction")
  await note("deposit_reserve", "SOL wrapped on the way", wrapped.instructions, payer, HALF_A_SOL)
  const source = getAssociatedTokenAddressSync(mint, payer.publicKey)
  chain.send(createAssociatedTokenAccountInstruction(payer.publicKey, source, payer.publicKey, mint), [payer])
  const lamports = Number(HALF_A_SOL)
  const funding = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: source, lamports })
  chain.send([funding, createSyncNativeInstruction(source)], [payer])
  const inflow = { depositor: payer.publicKey, inflow: Inflow.Startup, startup: 0, source, gross: HALF_A_SOL }
  await note(
    "deposit_reserve",
    "a startup's share",
    depositReserveInstruction({ ...place, ...inflow }),
    payer,
  )
  const day = unixDay(chain.unixTime) ?? 0
  const price = { economy: economy.address, oracle: oracle.publicKey, asset: 0, price: 150_000_000_000n, day }
  await note("post_asset_price", "", postAssetPriceInstruction(price), oracle)
  const limit = setReserveLimitInstruction({ ...byAdmin, asset: 0, weeklyLimit: HALF_A_SOL })
  await note("set_reserve_limit", "", limit, admin)
  const out = { ...byTreasurer, asset: 0, mint, destination: source, amount: 1_000n, reason: REASON }
  await note("withdraw_reserve", "", withdrawReserveInstruction(out), treasurer)

  return {
    id: "funds",
    title: "Funds and the reserve",
    text: [
      `In a legacy transaction that also sets the limit of compute units, with a reason of ${REASON.length} bytes. The deposit of SOL makes the token account, wraps, deposits and closes it again. Rent as above.`,
    ],
    heading: "Instruction",
    columns: [
      { name: "CU", unit: "CU" },
      { name: "Bytes", unit: "bytes" },
      { name: "Rent, lamports", unit: "lamports" },
      { name: "Fee, lamports", unit: "lamports" },
    ],
    rows,
  }
}
