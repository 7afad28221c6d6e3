export {
  economyParameters,
  NO_POLICY,
  presetRules,
  type EconomyPreset,
  type PolicyPreset,
  type PresetLevel,
} from "./preset.js"
export { SAMPLE_SERVICES, serviceParameters, type PresetShare, type ServicePreset } from "./services.js"
export { STK_POLICY, STK_PRESET } from "./stk.js"
