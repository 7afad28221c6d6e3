export { closeActivationInstruction, type CloseActivationParameters } from "./close_activation.js"
export { closeServiceInstruction, type CloseServiceParameters } from "./close_service.js"
export {
  createServiceInstruction,
  type CreateServiceParameters,
  type ServiceParameters,
} from "./create_service.js"
export { openActivationInstruction, type OpenActivationParameters } from "./open_activation.js"
export { purchaseInstruction, type PurchaseParameters } from "./purchase.js"
export { rateServiceInstruction, type RateServiceParameters } from "./rate_service.js"
export { updateServiceInstruction, type UpdateServiceParameters } from "./update_service.js"
export { useSessionInstruction, type UseSessionParameters } from "./use_session.js"
