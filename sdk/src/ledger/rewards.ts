import { Fund, NO_COUNTERPARTY, RewardVerdict, type FundIndex } from "../constants.js"
import { LedgerContradictionError } from "../errors/base.js"
import type { StkEvents } from "../events.js"
