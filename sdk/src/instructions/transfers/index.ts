export { setTransferFeeInstruction, type SetTransferFeeParameters } from "./set_transfer_fee.js"
export { transferInstruction, type TransferParameters } from "./transfer.js"
