export { absorbSurplusInstruction, type AbsorbSurplusParameters } from "./absorb_surplus.js"
export { depositInstruction, type DepositParameters } from "./deposit.js"
export { withdrawInstruction, type WithdrawParameters } from "./withdraw.js"
