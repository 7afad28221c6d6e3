// Loaded before `stk-oracle` (`node --require`): lets the process live in the time of the demo's chain, whose weeks are to come.
const { DEMO_CLOCK_OFFSET } = process.env
const offset = Number(DEMO_CLOCK_OFFSET ?? 0)
const System = Date
globalThis.Date = class extends System {
  constructor(...given) {
    if (given.length === 0) super(System.now() + offset)
    else super(...given)
  }
  static now() {
    return System.now() + offset
  }
}
