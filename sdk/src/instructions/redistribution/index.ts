export { redistributePageInstruction, type RedistributePageParameters } from "./redistribute_page.js"
export {
  setRedistributionBandsInstruction,
  type SetRedistributionBandsParameters,
} from "./set_redistribution_bands.js"
