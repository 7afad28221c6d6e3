use anchor_lang::prelude::*;

/// Everything that the program refuses. Appended at the end, never reordered.
#[error_code]
pub enum StkError {
    // Roles
    #[msg("Only the economy's admin may do this")]
    NotAdmin,
    #[msg("Only the economy's registrar may do this")]
    NotRegistrar,
    #[msg("Only the economy's oracle may do this")]
    NotOracle,
    #[msg("Only the economy's guardian may do this")]
    NotGuardian,
    #[msg("Only the admin or the present holder may hand a role over")]
    NotRoleHolder,
    #[msg("This address was not proposed for the role")]
    NotProposed,
    #[msg("There is no such role")]
    UnknownRole,
    #[msg("The economy is paused")]
    Paused,
    #[msg("The economy is not paused")]
    NotPaused,
    // Accounts
    #[msg("The account belongs to another economy")]
    WrongEconomy,
    #[msg("The token account is not this economy's vault")]
    WrongVault,
    #[msg("The mint is not this economy's")]
    WrongMint,
    #[msg("The slot does not hold this wallet")]
    WrongMember,
    #[msg("The page has no such slot")]
    UnknownSlot,
    #[msg("The week account is not that of the economy's current week")]
    WrongWeek,
    // Creating an economy
    #[msg("The name must have 1 to 32 bytes and the symbol 1 to 10")]
    BadName,
    #[msg("The shares of the five funds must sum to 10,000 basis points")]
    FundSharesDoNotAddUp,
    #[msg("The emission must be positive, and its whole series at most the cap")]
    BadEmission,
    #[msg("Genesis must not lie before the creation nor more than a year after it")]
    BadGenesis,
    #[msg("There must be 1 to 16 event types, at least one with a weight")]
    BadEventTypes,
    #[msg("An event type's name must have 1 to 32 bytes and occur once")]
    BadEventName,
    #[msg("A scored event type needs a daily limit")]
    BadDailyLimit,
    #[msg("The counts of a week need more than 64 bits")]
    CountsTooWide,
    #[msg("The coefficients of level 1 and of every step of the consistency must be positive")]
    BadCoefficient,
    #[msg("Decimals must be 3 to 9")]
    BadDecimals,
    #[msg("The highest weekly reward does not fit")]
    RewardTooLarge,
    #[msg("A delay may be at most 30 days")]
    DelayTooLong,
    // Emission
    #[msg("No day has ended since the last release")]
    NothingDue,
    // Members
    #[msg("Pages are created one after the other")]
    PageOutOfOrder,
    #[msg("The page has its full size")]
    PageIsFullSize,
    #[msg("The page does not have room for all the wallets")]
    PageFull,
    #[msg("Members are registered into the first page with free slots")]
    WrongPage,
    #[msg("There must be one membership account for each wallet, and at least one and at most 32 wallets")]
    WalletCount,
    #[msg("The membership account is not that of the wallet")]
    WrongMembership,
    #[msg("The wallet is registered already")]
    AlreadyRegistered,
    #[msg("The economy has no such level")]
    UnknownLevel,
    #[msg("This cannot happen while a week is open")]
    WeekIsOpen,
    // Weeks
    #[msg("The week has not ended yet")]
    WeekNotOver,
    #[msg("Weeks are opened one after the other, from the week of genesis on")]
    WeekOutOfOrder,
    #[msg("The week before is not settled")]
    PreviousWeekNotSettled,
    #[msg("The week is not open")]
    WeekNotOpen,
    #[msg("The week is not sealed")]
    WeekNotSealed,
    #[msg("A batch must start at the page's next slot")]
    BatchOutOfOrder,
    #[msg("The batch is for another week")]
    BatchForAnotherWeek,
    #[msg("The batch names slots without a member of this week")]
    BatchBeyondMembers,
    #[msg("The bytes of each member in the batch do not follow from the rules")]
    BatchWidth,
    #[msg("A count is above seven times its daily limit")]
    CountAboveLimit,
    #[msg("A member marked as active has no counted event")]
    NothingCounted,
    #[msg("Scores of some members are missing")]
    ScoresMissing,
    #[msg("The week is held, or its delay has not passed")]
    WeekIsHeld,
    #[msg("The guardian has no hold left for this week")]
    NoHoldLeft,
    #[msg("The page is settled already")]
    PageAlreadySettled,
    #[msg("The scores can be audited until the next week is opened")]
    AuditIsOver,
    #[msg("The daily counts do not have the length that follows from the rules")]
    DailyCountsLength,
    #[msg("The proof does not lead to the week's root")]
    ProofDoesNotMatch,
    // Money
    #[msg("The amount is zero")]
    AmountIsZero,
    #[msg("The balance is too small")]
    BalanceTooSmall,
    #[msg("The vault holds no more than it owes")]
    NoSurplus,
    #[msg("An amount does not fit")]
    Overflow,
    #[msg("The ledger does not add up")]
    LedgerDoesNotAddUp,
    #[msg("The destination is not a token account of the member")]
    WrongDestination,
    // Weeks
    #[msg("Members were registered since the daily detail was prepared")]
    MembersChanged,
    // Roles
    #[msg("Only the economy's treasurer may do this")]
    NotTreasurer,
    #[msg("Only the economy's validator may do this")]
    NotValidator,
    // Money
    #[msg("There is no such fund")]
    UnknownFund,
    #[msg("The fund holds less than that")]
    FundTooSmall,
    #[msg("The page's balances must be kept for the vote before they change: snapshot_page does it")]
    SnapshotDue,
    #[msg("The recipient is not the member in that slot")]
    WrongRecipient,
    #[msg("Members cannot pay themselves")]
    SameMember,
    // Transfers
    #[msg("The transfer fee is higher than the sender accepts")]
    FeeTooHigh,
    #[msg("The transfer fee may be at most 500 basis points")]
    FeeOutOfRange,
    #[msg("The transfer fee changes by at most 50 basis points at a time")]
    FeeStepTooLarge,
    // Redistribution
    #[msg("Bands need rising days from 30 on, and shares that never fall, up to 2,500 basis points; or nothing but zeros")]
    BadBands,
    #[msg("The economy has no bands: nothing is redistributed")]
    NoBands,
    #[msg("The page was redistributed in this quarter already")]
    AlreadyRedistributed,
    #[msg("The scores of recent weeks are missing: nobody can be called inactive without them")]
    WeeksBehind,
    #[msg("Members of the page have stakes: the stake page is needed, too")]
    StakePageMissing,
    // Rewards
    #[msg("The Team fund pays by its schedule alone")]
    TeamHasSchedule,
    #[msg("There are at most 8 kinds of rewards")]
    TooManyRewardKinds,
    #[msg("The name of a kind of reward must have 1 to 24 bytes and occur once")]
    BadRewardKindName,
    #[msg("A freeze must rise from shortest to usual to longest and be at most 365 days")]
    BadFreeze,
    #[msg("Nobody gives verdicts by this number")]
    UnknownVerdictBy,
    #[msg("There is no such kind of reward")]
    UnknownRewardKind,
    #[msg("No rewards are named")]
    NoRewards,
    #[msg("Rewards of this kind must be frozen")]
    RewardNeedsFreeze,
    #[msg("The freeze is shorter or longer than those of the kind")]
    FreezeOutOfRange,
    #[msg("A reward without a freeze is paid at once")]
    NothingToFreeze,
    #[msg("The escrow page has no such place")]
    UnknownPlace,
    #[msg("The place holds another reward")]
    PlaceTaken,
    #[msg("The economy has no such member")]
    UnknownMember,
    #[msg("The counterparty must be another member; this kind of reward needs one")]
    WrongCounterparty,
    #[msg("The place does not hold the reward with this id: it was resolved")]
    StaleReward,
    #[msg("The verdict on this reward is not given in this way")]
    NotDecidedSo,
    #[msg("The member is not the reward's counterparty")]
    NotCounterparty,
    #[msg("The validator has given a verdict on this reward")]
    ValidatorHasDecided,
    #[msg("It cannot be told yet whether the reward is confirmed")]
    Undecided,
    #[msg("The reward is still frozen")]
    RewardIsFrozen,
    #[msg("The reward is of a member of another page")]
    RewardOfAnotherPage,
    // Marketplace
    #[msg("There is no such kind of service")]
    UnknownServiceKind,
    #[msg("A service is on offer (0) or paused (1)")]
    UnknownServiceStatus,
    #[msg("The name of a service must have 1 to 64 bytes")]
    BadServiceName,
    #[msg("The term of a service may be at most ten years")]
    TermTooLong,
    #[msg("The price must be split among 1 to 8 recipients whose shares are positive and sum to 10,000 basis points")]
    SplitDoesNotAddUp,
    #[msg("A recipient of the price is neither a member nor a fund of the economy")]
    UnknownRecipient,
    #[msg("A recipient of the price is named twice")]
    RecipientRepeated,
    #[msg("Only the author of the service may do this")]
    NotAuthor,
    #[msg("The service is paused and cannot be bought")]
    ServiceIsPaused,
    #[msg("A service must be paused before it is closed")]
    ServiceNotPaused,
    #[msg("The price is above the buyer's maximum")]
    PriceAboveMaximum,
    #[msg("Authors cannot buy their own service")]
    OwnService,
    #[msg("The activation is not the buyer's for this service")]
    WrongActivation,
    #[msg("The service was bought for good already")]
    AlreadyOwned,
    #[msg("The page of a recipient is missing")]
    RecipientPageMissing,
    #[msg("Pages of recipients are given once each, by rising index, and hold a recipient")]
    PageNotNeeded,
    #[msg("The activation has not ended: give it up to close it")]
    NotOver,
    #[msg("Only the buyer or the author may count a session")]
    NotBuyerOrAuthor,
    #[msg("No session is left")]
    NoSessionLeft,
    #[msg("The term has ended")]
    TermIsOver,
    #[msg("A rating is 1 to 5")]
    RatingOutOfRange,
    #[msg("Each purchase can be rated once")]
    AlreadyRated,
    // Funds
    #[msg("The Rewards Pool pays rewards alone")]
    FundNotSpendable,
    #[msg("The fund's limit for this calendar week is reached")]
    WeeklyLimitReached,
    #[msg("So much of the Team fund is not spendable yet")]
    TeamNotVested,
    #[msg("The schedule of the Team fund is final once something was spent from it")]
    TeamAlreadySpent,
    #[msg("A reason must have 1 to 64 bytes")]
    BadReason,
    // Reserve
    #[msg("The reserve has no such asset")]
    UnknownAsset,
    #[msg("There is no such kind of reserve asset")]
    UnknownAssetKind,
    #[msg("The reserve has no place for another asset")]
    ReserveIsFull,
    #[msg("The reserve has this asset already")]
    AssetAlreadyAdded,
    #[msg("An economy's own token does not back it")]
    OwnToken,
    #[msg("The token account is not the reserve's vault of this asset")]
    WrongReserveVault,
    #[msg("There is no such kind of inflow")]
    UnknownInflow,
    #[msg("A startup is named for the inflow of its share, and for no other")]
    StartupMismatch,
    #[msg("The share of this startup is not set")]
    ShareNotSet,
    #[msg("A share is at most 10,000 basis points")]
    ShareTooLarge,
    #[msg("A price is posted for today or a day before, not before the day of the last one")]
    PriceOutOfOrder,
    #[msg("A price is above zero")]
    PriceIsZero,
    #[msg("The reserve has booked less than that of the asset")]
    ReserveTooSmall,
    #[msg("The reserve's books do not add up")]
    ReserveDoesNotAddUp,
    // Stabilisation
    #[msg("A price is posted for a day behind the last one posted, up to today")]
    PriceDayOutOfOrder,
    #[msg("A price must be positive and fit 64 bits in billionths")]
    BadPrice,
    #[msg("The account is not the price feed that the economy names")]
    WrongPriceFeed,
    #[msg(
        "The price feed's account does not hold a fully verified price of the feed that the economy names"
    )]
    PriceNotVerified,
    #[msg("The feed's price must be of today and at most an hour old")]
    PriceIsOld,
    #[msg("The feed is not certain of its price to one percent")]
    PriceTooUncertain,
    #[msg("The quote token may not have over 9 decimals, nor be the economy's own")]
    BadQuoteMint,
    #[msg("The price has not fallen below 80% of the mean of the 30 days before, or some of these have no price")]
    NoBuybackTrigger,
    #[msg("A buyback may not spend more than its limit")]
    BuybackTooLarge,
    #[msg("A buyback may not pay more than today's price")]
    PriceAboveToday,
    #[msg("The cooldown since the last buyback has not passed")]
    BuybackCoolingDown,
    #[msg("A buyback is open")]
    BuybackIsOpen,
    #[msg("No buyback is open")]
    NoOpenBuyback,
    #[msg("The buyback has less left to spend")]
    BuybackTooSmall,
    #[msg("The buyback pays less than the seller's minimum")]
    QuoteBelowMinimum,
    #[msg("The treasury holds less of the quote token, or has it reserved for the open buyback")]
    QuoteTooSmall,
    #[msg("Only the Treasury and the Liquidity fund may be burnt")]
    FundNotBurnable,
    #[msg("Tokens are burnt only while the velocity is below 0.2 or the price has fallen over 20%")]
    NoBurnTrigger,
    #[msg("The emission factor must be 1 to 10,000 basis points")]
    BadEmissionFactor,
    #[msg("Emission is due: release it first, so that the new factor touches future days alone")]
    ReleaseFirst,
    // Staking
    #[msg("A stake is for 30, 90, 180 or 365 days")]
    UnknownTerm,
    #[msg("A stake is at least one whole token")]
    StakeTooSmall,
    #[msg("A member has at most four stakes at a time")]
    TooManyStakes,
    #[msg("The stake page has no free place: grow_stake_page adds some")]
    StakePageFull,
    #[msg("The stake page has its full size")]
    StakePageIsFullSize,
    #[msg("The stake page is that of another member page")]
    WrongStakePage,
    #[msg("The place does not hold this stake of the member")]
    StaleStake,
    #[msg("The term of the stake is not over")]
    StakeIsLocked,
    #[msg("The balances of the page are kept for the latest snapshot already")]
    SnapshotNotDue,
    // Governance
    #[msg("Only a passed proposal of the economy's governance may do this")]
    NotGovernance,
    #[msg("Nothing can be withdrawn in the second in which a vote's snapshot is taken")]
    SnapshotJustTaken,
    #[msg("A vote must run for 1 to 30 days")]
    BadVotingTime,
    #[msg("The quorum must be 1 to 10,000 basis points")]
    BadQuorum,
    #[msg("The title must have 1 to 64 bytes")]
    BadTitle,
    #[msg("The balance is too small to propose")]
    BelowThreshold,
    #[msg("The proposed instruction has too many accounts or bytes")]
    InstructionTooLarge,
    #[msg("The vote is over")]
    VotingIsOver,
    #[msg("The vote is not over yet")]
    VotingNotOver,
    #[msg("The member had nothing that could vote when the snapshot was taken")]
    NothingToVote,
    #[msg("The member, or one of the stakes, has voted already")]
    AlreadyVoted,
    #[msg("The snapshot of the member's page that the vote weighs by is missing")]
    SnapshotMissing,
    #[msg("The snapshot is not the one of the page that the vote weighs by")]
    WrongSnapshot,
    #[msg("The place holds no stake of the member from before the snapshot")]
    StakeDoesNotVote,
    #[msg("The proposal has not passed")]
    NotPassed,
    #[msg("The proposal is executed already")]
    AlreadyExecuted,
    #[msg("The proposal cannot be executed yet")]
    TimeLocked,
    #[msg("The proposal can no longer be executed")]
    ProposalExpired,
    #[msg("Program and accounts are not those of the proposed instruction")]
    WrongInstruction,
    #[msg("The proposal can still be voted on or executed")]
    ProposalIsOpen,
    #[msg("The rent goes back to who paid it")]
    WrongPayer,
}
