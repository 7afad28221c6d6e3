export { economyParameters, type EconomyPreset, type PresetLevel } from "./preset.js"
export { STK_PRESET } from "./stk.js"
