import {
  closeActivationInstruction,
  closeServiceInstruction,
  openActivationInstruction,
  PAGE_SLOTS,
  pagePda,
  rateServiceInstruction,
  servicePda,
  ServiceStatus,
  updateServiceInstruction,
  useSessionInstruction,
  type ServiceParameters,
} from "@stk/sdk"
import type { PublicKey } from "@solana/web3.js"
import { memberKey } from "../utils/actions"
import { addMembers, runWeek, type TestEconomy } from "../utils/economy"
import {
  activationOf,
  buy,
  offerService,
  openActivation,
  purchaseOf,
  serviceCreation,
  updateService,
} from "../utils/marketplace"
import type { Fixture, World } from "./fixtures"

const both = ({ economy, other }: World): readonly TestEconomy[] => [economy, other]

const ONE_EACH = [[1], [1], [1]]
const AUTHOR = 0
const BUYER = 1

/** A service of member 0 in both economies, with sessions, that member 1 has bought as often as `purchases` says. */
function offered(world: World, purchases: number, changes: Partial<ServiceParameters> = {}): void {
  for (const each of both(world)) {
    runWeek(world.chain, each, ONE_EACH)
    offerService(world.chain, each, AUTHOR, { price: 1n, sessions: 1, ...changes })
    if (purchases === 0) openActivation(world.chain, each, 0, BUYER)
    for (let bought = 0; bought < purchases; bought++) buy(world.chain, each, 0, BUYER)
  }
}

/** Accounts of the other economy for instructions of the marketplace, by name. */
function foreignMarket({ other }: World): Record<"economy" | "page" | "service" | "activation", PublicKey> {
  return {
    economy: other.address,
    page: pagePda(other.address, 0)[0],
    service: servicePda(other.address, 0)[0],
    activation: activationOf(other, 0, BUYER),
  }
}

/** One valid call of every instruction of the marketplace. */
export const MARKETPLACE_FIXTURES = {
  closeActivation: (world) => {
    offered(world, 1)
    const buyer = memberKey(world.economy, BUYER)
    const [service] = servicePda(world.economy.address, 0)
    return {
      instruction: closeActivationInstruction({ wallet: buyer.publicKey, service, giveUp: true }),
      signers: [buyer],
      foreign: foreignMarket(world),
    }
  },

  closeService: (world) => {
    offered(world, 0)
    for (const each of both(world)) updateService(world.chain, each, 0, { status: ServiceStatus.Paused })
    const author = memberKey(world.economy, AUTHOR)
    return {
      instruction: closeServiceInstruction({
        author: author.publicKey,
        economy: world.economy.address,
        id: 0,
      }),
      signers: [author],
      foreign: foreignMarket(world),
    }
  },

  createService: (world) => {
    const author = memberKey(world.economy, AUTHOR)
    world.chain.airdrop(author.publicKey)
    offerService(world.chain, world.other, AUTHOR)
    return {
      instruction: serviceCreation(world.chain, world.economy, AUTHOR),
      signers: [author],
      foreign: foreignMarket(world),
    }
  },

  openActivation: (world) => {
    offered(world, 0)
    const buyer = memberKey(world.economy, 2)
    world.chain.airdrop(buyer.publicKey)
    return {
      instruction: openActivationInstruction({
        wallet: buyer.publicKey,
        economy: world.economy.address,
        id: 0,
      }),
      signers: [buyer],
      foreign: foreignMarket(world),
    }
  },

  purchase: (world) => {
    // The second recipient is the first member of the second page, which the instruction then needs, too.
    for (const each of both(world)) addMembers(world.chain, each, PAGE_SLOTS + 1 - each.members.length)
    const split = [
      { member: AUTHOR, bps: 5_000 },
      { member: PAGE_SLOTS, bps: 5_000 },
    ]
    offered(world, 0, { split })
    return {
      instruction: purchaseOf(world.chain, world.economy, 0, BUYER),
      signers: [memberKey(world.economy, BUYER)],
      foreign: { ...foreignMarket(world), remaining0: pagePda(world.other.address, 1)[0] },
    }
  },

  rateService: (world) => {
    offered(world, 1)
    const buyer = memberKey(world.economy, BUYER)
    return {
      instruction: rateServiceInstruction({
        wallet: buyer.publicKey,
        economy: world.economy.address,
        id: 0,
        rating: 5,
      }),
      signers: [buyer],
      foreign: foreignMarket(world),
    }
  },

  updateService: (world) => {
    offered(world, 0)
    const author = memberKey(world.economy, AUTHOR)
    return {
      instruction: updateServiceInstruction({
        author: author.publicKey,
        economy: world.economy.address,
        id: 0,
        price: 2n,
        status: ServiceStatus.OnOffer,
      }),
      signers: [author],
      foreign: foreignMarket(world),
    }
  },

  useSession: (world) => {
    offered(world, 1)
    const buyer = memberKey(world.economy, BUYER)
    return {
      instruction: useSessionInstruction({
        signer: buyer.publicKey,
        economy: world.economy.address,
        id: 0,
        wallet: buyer.publicKey,
      }),
      signers: [buyer],
      foreign: foreignMarket(world),
    }
  },
} satisfies Record<string, Fixture>
