export { releaseEmissionInstruction, type ReleaseEmissionParameters } from "./release_emission.js"
