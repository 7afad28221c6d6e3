export {
  economyParameters,
  presetRules,
  type EconomyPreset,
  type PolicyPreset,
  type PresetLevel,
} from "./preset.js"
export { STK_POLICY, STK_PRESET } from "./stk.js"
