export { releaseEmissionInstruction, type ReleaseEmissionParameters } from "./release_emission.js"
export { setEmissionFactorInstruction, type SetEmissionFactorParameters } from "./set_emission_factor.js"
