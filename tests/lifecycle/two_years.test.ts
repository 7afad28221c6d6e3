import { rememberAddresses } from "../utils/addresses"
import { Play, type Story } from "./two_years/play"
import { Community } from "./two_years/stories/community"
import { Crash } from "./two_years/stories/crash"
import { Inactivity } from "./two_years/stories/inactivity"
import { Pausing } from "./two_years/stories/pausing"
import { Posting } from "./two_years/stories/posting"
import { Releasing } from "./two_years/stories/releasing"
import { Reserve } from "./two_years/stories/reserve"
import { Rewarding } from "./two_years/stories/rewarding"
import { Selling } from "./two_years/stories/selling"
import { Staking } from "./two_years/stories/staking"
import { Trading } from "./two_years/stories/trading"
import { Treasury } from "./two_years/stories/treasury"
import { Voting } from "./two_years/stories/voting"

/** Two years and the quarter that they end in: the last Monday is 2028-01-10. */
const WEEKS = 109
const DAYS_OF_WEEK = 7
const WEEKS_OF_QUARTER = 13

describe("two years of an economy of 3,000 members", () => {
  rememberAddresses()

  it(`[STK-142] [STK-90] go by for ${WEEKS} weeks as a model says, after every transaction`, async () => {
    const play = new Play(2_025)
    // In the order of a day: what is due comes before what members do.
    const stories: readonly Story[] = [
      new Community(play),
      new Releasing(play),
      new Posting(play),
      new Inactivity(play),
      new Crash(play),
      new Reserve(play),
      new Treasury(play),
      new Staking(play),
      new Voting(play),
      new Rewarding(play),
      new Selling(play),
      new Trading(play),
      new Pausing(play),
    ]
    const check = () => {
      play.compareMembers()
      play.compareEverything()
      stories.forEach((story) => story.check?.())
    }

    for (let week = 0; week < WEEKS; week++) {
      for (let weekday = 0; weekday < DAYS_OF_WEEK; weekday++) {
        play.begin({ week, weekday })
        for (const story of stories) await story.day?.({ week, weekday })
      }
      if (week % WEEKS_OF_QUARTER === WEEKS_OF_QUARTER - 1) check()
    }
    check()

    for (const story of stories) await story.outcome?.()
  }).timeout(300_000)
})
