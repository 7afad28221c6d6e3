export { economyParameters, presetRules, type EconomyPreset, type PresetLevel } from "./preset.js"
export { STK_PRESET } from "./stk.js"
