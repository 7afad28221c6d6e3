//! A contribution economy: members earn a token by what they do, weekly, by rules that this program applies.
//!
//! Every token inside the system lies in one SPL vault per economy; funds, members' balances and what is due are entries
//! of a double-entry ledger over it (see [`state::Economy`] for the invariant). Tokens are minted by `release_emission`
//! alone and destroyed by `burn`; they leave by `withdraw` and `withdraw_fund`, and enter by `deposit` and `fill_buyback`.

use anchor_lang::prelude::*;

pub mod constants;
pub mod error;
pub mod event;
pub mod instructions;
pub mod state;
mod token;

use {
    instructions::*,
    state::{Band, GovernanceParameters, ProposedInstruction},
};

declare_id!("STKgxgLyDtP5jVDXnLMovKvqt6rzjY22BkWVgKg9pEg");

#[program]
pub mod stk {
    use super::*;

    /// Creates an economy with its mint, vault and rules; nothing is minted. Anyone may; the payer receives every role.
    /// Errors: BadName, BadGenesis, BadEmission, FundSharesDoNotAddUp, BadEventTypes, BadEventName, BadDailyLimit,
    /// CountsTooWide, BadCoefficient, BadDecimals, RewardTooLarge, DelayTooLong.
    pub fn create_economy(
        ctx: &mut Context<CreateEconomy>,
        decimals: u8,
        parameters: EconomyParameters,
    ) -> Result<()> {
        CreateEconomy::handler(ctx, decimals, parameters)
    }

    /// Mints the emission of all days that have ended since the last release and splits it over the funds. Anyone may.
    /// Errors: Paused, NothingDue, WrongMint, WrongVault.
    pub fn release_emission(ctx: &mut Context<ReleaseEmission>) -> Result<()> {
        ReleaseEmission::handler(ctx)
    }

    /// Creates the next member page with its first slots. Anyone may who pays the rent.
    /// Errors: Paused, PageOutOfOrder.
    pub fn create_page(ctx: &mut Context<CreatePage>, index: u32) -> Result<()> {
        CreatePage::handler(ctx, index)
    }

    /// Adds up to 160 slots to a member page. Anyone may who pays the rent.
    /// Errors: Paused, WrongEconomy, PageIsFullSize.
    pub fn grow_page(ctx: &mut Context<GrowPage>) -> Result<()> {
        GrowPage::handler(ctx)
    }

    /// Registers up to 32 wallets at level 1; their membership accounts follow as remaining accounts. The registrar may.
    /// Errors: Paused, NotRegistrar, WrongEconomy, WrongPage, WalletCount, PageFull, WrongMembership, AlreadyRegistered.
    pub fn register_members(ctx: &mut Context<RegisterMembers>, wallets: Vec<Address>) -> Result<()> {
        RegisterMembers::handler(ctx, wallets)
    }

    /// Sets the levels of members of one page, for which `evidence` is the hash of the reasons. The registrar may, while
    /// no week is open. Errors: Paused, NotRegistrar, WeekIsOpen, WrongEconomy, UnknownSlot, UnknownLevel.
    pub fn set_levels(
        ctx: &mut Context<SetLevels>,
        evidence: [u8; 32],
        slots: Vec<u16>,
        levels: Vec<u8>,
    ) -> Result<()> {
        SetLevels::handler(ctx, evidence, slots, levels)
    }

    /// Opens a week that has ended for the scores of all members registered by then, and commits to their daily detail.
    /// `members` is how many leaves `detail_root` was computed over. The oracle may.
    /// Errors: Paused, NotOracle, WeekNotOver, PreviousWeekNotSettled, WeekOutOfOrder, MembersChanged.
    pub fn open_week(
        ctx: &mut Context<OpenWeek>,
        index: u32,
        members: u32,
        detail_root: [u8; 32],
    ) -> Result<()> {
        OpenWeek::handler(ctx, index, members, detail_root)
    }

    /// Scores a run of slots of one page, from the page's next slot on. The oracle may.
    /// Errors: Paused, NotOracle, WeekNotOpen, WrongEconomy, BatchForAnotherWeek, BatchOutOfOrder, BatchWidth,
    /// BatchBeyondMembers, CountAboveLimit, NothingCounted.
    pub fn submit_scores(ctx: &mut Context<SubmitScores>, batch: ScoreBatch<'_>) -> Result<()> {
        SubmitScores::handler(ctx, batch)
    }

    /// Ends the submission once every member has been covered and takes what can be paid from the Rewards Pool.
    /// The oracle may. Errors: Paused, NotOracle, WeekNotOpen, WrongWeek, ScoresMissing.
    pub fn seal_week(ctx: &mut Context<SealWeek>) -> Result<()> {
        SealWeek::handler(ctx)
    }

    /// Delays the settling of the current week by the economy's hold, once. The guardian may.
    /// Errors: NotGuardian, WeekNotOpen, WrongWeek, NoHoldLeft.
    pub fn hold_week(ctx: &mut Context<HoldWeek>) -> Result<()> {
        HoldWeek::handler(ctx)
    }

    /// Credits the members of one page of a sealed week, pro rata when the pool was short. Anyone may.
    /// Errors: Paused, WeekNotSealed, WrongWeek, WrongEconomy, WrongPage, PageAlreadySettled, WeekIsHeld.
    pub fn settle_page(ctx: &mut Context<SettlePage>) -> Result<()> {
        SettlePage::handler(ctx)
    }

    /// Recomputes a member's points of the current week from the published daily counts and records a mismatch.
    /// Anyone may, until the next week is opened. Errors: AuditIsOver, WrongEconomy, UnknownSlot, ScoresMissing,
    /// DailyCountsLength, ProofDoesNotMatch.
    pub fn audit_score(
        ctx: &mut Context<AuditScore>,
        slot: u16,
        daily_counts: &[u8],
        proof: Vec<[u8; 32]>,
    ) -> Result<()> {
        AuditScore::handler(ctx, slot, daily_counts, proof)
    }

    /// Moves tokens from a member's SPL account into the balance. The member may.
    /// Errors: Paused, WrongEconomy, WrongVault, UnknownSlot, WrongMember, AmountIsZero.
    pub fn deposit(ctx: &mut Context<Deposit>, slot: u16, amount: u64) -> Result<()> {
        Deposit::handler(ctx, slot, amount)
    }

    /// Moves part of a balance to an SPL account of the member. The member may.
    /// Errors: Paused, WrongEconomy, WrongVault, WrongMint, WrongDestination, UnknownSlot, WrongMember, AmountIsZero,
    /// BalanceTooSmall,
    /// SnapshotDue, SnapshotJustTaken.
    pub fn withdraw(ctx: &mut Context<Withdraw>, slot: u16, amount: u64) -> Result<()> {
        Withdraw::handler(ctx, slot, amount)
    }

    /// Books tokens that somebody sent to the vault to the Rewards Pool. Anyone may. Errors: Paused, WrongVault, NoSurplus.
    pub fn absorb_surplus(ctx: &mut Context<AbsorbSurplus>) -> Result<()> {
        AbsorbSurplus::handler(ctx)
    }

    /// Stops everything that moves tokens or changes members, pages or scores, until the admin resumes. The guardian may.
    /// Errors: NotGuardian, Paused.
    pub fn pause(ctx: &mut Context<Pause>) -> Result<()> {
        Pause::handler(ctx)
    }

    /// Ends a pause. The admin may. Errors: NotAdmin, NotPaused.
    pub fn resume(ctx: &mut Context<Resume>) -> Result<()> {
        Resume::handler(ctx)
    }

    /// Offers a role (0 admin, 1 registrar, 2 oracle, 3 validator, 4 treasurer, 5 guardian) to an address; the zero
    /// address withdraws the offer. The admin or the role's holder may. Errors: UnknownRole, NotRoleHolder.
    pub fn propose_role(ctx: &mut Context<ProposeRole>, role: u8, proposed: Address) -> Result<()> {
        ProposeRole::handler(ctx, role, proposed)
    }

    /// Takes over a role that was offered. The proposed address may. Errors: UnknownRole, NotProposed.
    pub fn accept_role(ctx: &mut Context<AcceptRole>, role: u8) -> Result<()> {
        AcceptRole::handler(ctx, role)
    }

    // Transfers

    /// Moves part of a balance to the member who is `recipient`, less the economy's fee, which goes to the Treasury.
    /// `recipient_page` is given when it is another page than the sender's; `max_fee` is the most the sender accepts, in
    /// base units. The member may. Errors: Paused, WrongEconomy, SnapshotDue, AmountIsZero, SameMember, UnknownSlot,
    /// WrongMember, WrongRecipient, BalanceTooSmall, FeeTooHigh.
    pub fn transfer(
        ctx: &mut Context<Transfer>,
        slot: u16,
        recipient_slot: u16,
        recipient: Address,
        amount: u64,
        max_fee: u64,
    ) -> Result<()> {
        Transfer::handler(ctx, slot, recipient_slot, recipient, amount, max_fee)
    }

    /// Sets the fee on transfers between members, 0 to 500 basis points, by at most 50 at a time. The treasurer may.
    /// Errors: Paused, NotTreasurer, FeeOutOfRange, FeeStepTooLarge.
    pub fn set_transfer_fee(ctx: &mut Context<SetTransferFee>, bps: u16) -> Result<()> {
        SetTransferFee::handler(ctx, bps)
    }

    // Redistribution

    /// Sets from how many days without activity on how much is taken each quarter; nothing but zeros switches it off.
    /// The admin may. Errors: NotAdmin, BadBands.
    pub fn set_redistribution_bands(
        ctx: &mut Context<SetRedistributionBands>,
        bands: [Band; 3],
    ) -> Result<()> {
        SetRedistributionBands::handler(ctx, bands)
    }

    /// Takes the share of its band from every inactive member of one page, balance first and then stakes, for the Rewards
    /// Pool: once in a calendar quarter (UTC). Anyone may. Errors: Paused, WeekIsOpen, NoBands, WrongEconomy, WrongPage,
    /// SnapshotDue, StakePageMissing, WeeksBehind, AlreadyRedistributed.
    pub fn redistribute_page(ctx: &mut Context<RedistributePage>) -> Result<()> {
        RedistributePage::handler(ctx)
    }

    // Rewards

    /// Replaces the list of kinds of explicit rewards; rewards granted before keep the terms they have. The admin may.
    /// Errors: NotAdmin, TooManyRewardKinds, BadRewardKindName, BadFreeze, UnknownFund, TeamHasSchedule,
    /// UnknownVerdictBy.
    pub fn set_reward_kinds(
        ctx: &mut Context<SetRewardKinds>,
        kinds: Vec<RewardKindParameters>,
    ) -> Result<()> {
        SetRewardKinds::handler(ctx, kinds)
    }

    /// Creates the next page of 211 places for frozen rewards. Anyone may who pays the rent.
    /// Errors: Paused, PageOutOfOrder.
    pub fn create_escrow_page(ctx: &mut Context<CreateEscrowPage>, index: u32) -> Result<()> {
        CreateEscrowPage::handler(ctx, index)
    }

    /// Pays rewards of a kind without a freeze from its fund to balances of one member page; `reason` is the hash of the
    /// reasons. The validator may. Errors: Paused, NotValidator, WrongEconomy, SnapshotDue, UnknownRewardKind,
    /// RewardNeedsFreeze, NoRewards, UnknownSlot, AmountIsZero, FundTooSmall, Overflow.
    pub fn pay_rewards(
        ctx: &mut Context<PayRewards>,
        kind: u8,
        reason: [u8; 32],
        payments: Vec<RewardPayment>,
    ) -> Result<()> {
        PayRewards::handler(ctx, kind, reason, payments)
    }

    /// Freezes rewards of a kind, taken from its fund, in free places of an escrow page, for whole days within the kind's
    /// bounds (65,535: the kind's usual freeze). The validator may. Errors: Paused, NotValidator, WrongEconomy,
    /// UnknownRewardKind, FreezeOutOfRange, NothingToFreeze, NoRewards, UnknownPlace, PlaceTaken, AmountIsZero,
    /// UnknownMember, WrongCounterparty, FundTooSmall, Overflow.
    pub fn grant_rewards(
        ctx: &mut Context<GrantRewards>,
        kind: u8,
        freeze_days: u16,
        reason: [u8; 32],
        grants: Vec<RewardGrant>,
    ) -> Result<()> {
        GrantRewards::handler(ctx, kind, freeze_days, reason, grants)
    }

    /// Confirms or rejects frozen rewards of any kind; the last verdict before the resolution counts, and nobody but the
    /// validator changes it from then on. The validator may.
    /// Errors: Paused, NotValidator, WrongEconomy, NoRewards, StaleReward.
    pub fn give_verdicts(ctx: &mut Context<GiveVerdicts>, verdicts: Vec<RewardVerdict>) -> Result<()> {
        GiveVerdicts::handler(ctx, verdicts)
    }

    /// Rates what a frozen reward is for: 3 to 5 confirms it, 1 and 2 reject it; the last rating counts. The counterparty
    /// may, while the validator has not decided. Errors: Paused, WrongEconomy, StaleReward, UnknownSlot, WrongMember,
    /// NotDecidedSo, NotCounterparty, ValidatorHasDecided, RatingOutOfRange.
    pub fn rate_reward(
        ctx: &mut Context<RateReward>,
        place: u8,
        id: u32,
        slot: u16,
        rating: u8,
    ) -> Result<()> {
        RateReward::handler(ctx, place, id, slot, rating)
    }

    /// Confirms a frozen reward whose counterparty has had an active week within the freeze, or rejects it once all weeks
    /// of the freeze are scored without one. Anyone may, while the validator has not decided. Errors: Paused,
    /// WrongEconomy, StaleReward, NotDecidedSo, ValidatorHasDecided, NotCounterparty, Undecided.
    pub fn confirm_activity(ctx: &mut Context<ConfirmActivity>, place: u8, id: u32) -> Result<()> {
        ConfirmActivity::handler(ctx, place, id)
    }

    /// Ends frozen rewards of members of one page: those confirmed go to balances, those rejected back to their funds;
    /// without a verdict 30 days after the end to balances. Anyone may. Errors: Paused, WrongEconomy, SnapshotDue,
    /// NoRewards, StaleReward, RewardIsFrozen, Undecided, RewardOfAnotherPage.
    pub fn resolve_rewards(ctx: &mut Context<ResolveRewards>, places: Vec<RewardPlace>) -> Result<()> {
        ResolveRewards::handler(ctx, places)
    }

    // Marketplace

    /// Offers a service at a price that is split among members and funds. A member may, and pays the rent.
    /// Errors: Paused, WrongEconomy, UnknownSlot, WrongMember, UnknownServiceKind, BadServiceName, PriceIsZero,
    /// TermTooLong, SplitDoesNotAddUp, UnknownRecipient, RecipientRepeated.
    pub fn create_service(
        ctx: &mut Context<CreateService>,
        slot: u16,
        parameters: ServiceParameters,
    ) -> Result<()> {
        CreateService::handler(ctx, slot, parameters)
    }

    /// Changes a service's price and whether it is on offer (0) or paused (1). The author may.
    /// Errors: NotAuthor, PriceIsZero, UnknownServiceStatus.
    pub fn update_service(ctx: &mut Context<UpdateService>, price: u64, status: u8) -> Result<()> {
        UpdateService::handler(ctx, price, status)
    }

    /// Ends a paused service and gives its rent back. What was bought stays active. The author may.
    /// Errors: NotAuthor, ServiceNotPaused.
    pub fn close_service(ctx: &mut Context<CloseService>) -> Result<()> {
        CloseService::handler(ctx)
    }

    /// Creates the record of what a wallet buys of a service. Anyone may for themselves, and pays the rent.
    pub fn open_activation(ctx: &mut Context<OpenActivation>) -> Result<()> {
        OpenActivation::handler(ctx)
    }

    /// Gives the rent of an activation back. The buyer may, at once when nothing is active, else with `give_up`.
    /// Errors: WrongActivation, NotOver.
    pub fn close_activation(ctx: &mut Context<CloseActivation>, give_up: bool) -> Result<()> {
        CloseActivation::handler(ctx, give_up)
    }

    /// Pays a service's price from the buyer's balance to all its recipients and extends the buyer's activation. The
    /// pages of recipients in other pages than the buyer's follow as remaining accounts. A member may.
    /// Errors: Paused, WrongEconomy, SnapshotDue, OwnService, WrongActivation, ServiceIsPaused, PriceAboveMaximum,
    /// UnknownSlot, WrongMember, BalanceTooSmall, RecipientPageMissing, PageNotNeeded, AlreadyOwned.
    pub fn purchase(ctx: &mut Context<Purchase>, slot: u16, max_price: u64) -> Result<()> {
        Purchase::handler(ctx, slot, max_price)
    }

    /// Counts one session of an activation down. The buyer or the author may.
    /// Errors: WrongActivation, NotBuyerOrAuthor, TermIsOver, NoSessionLeft.
    pub fn use_session(ctx: &mut Context<UseSession>) -> Result<()> {
        UseSession::handler(ctx)
    }

    /// Rates a service from 1 to 5. The buyer may, once for each purchase.
    /// Errors: WrongActivation, RatingOutOfRange, AlreadyRated.
    pub fn rate_service(ctx: &mut Context<RateService>, rating: u8) -> Result<()> {
        RateService::handler(ctx, rating)
    }

    // Funds

    /// Pays from a fund (1 Treasury, 2 Startup, 3 Team, 4 Liquidity) to a member's balance, with a public reason of 1 to
    /// 64 bytes. The treasurer may, up to the fund's limit for the calendar week, and of the Team fund what is vested.
    /// Errors: NotTreasurer, Paused, WrongEconomy, SnapshotDue, BadReason, UnknownFund, FundNotSpendable, AmountIsZero,
    /// WeeklyLimitReached, TeamNotVested, FundTooSmall, UnknownSlot, WrongRecipient.
    pub fn spend_fund(
        ctx: &mut Context<SpendFund>,
        fund: u8,
        slot: u16,
        recipient: Address,
        amount: u64,
        reason: String,
    ) -> Result<()> {
        SpendFund::handler(ctx, fund, slot, recipient, amount, reason)
    }

    /// Pays from a fund to a token account, such as that of a pool, by the same rules as `spend_fund`. The treasurer may.
    /// Errors: NotTreasurer, Paused, WrongVault, WrongMint, BadReason, UnknownFund, FundNotSpendable, AmountIsZero,
    /// WeeklyLimitReached, TeamNotVested, FundTooSmall.
    pub fn withdraw_fund(
        ctx: &mut Context<WithdrawFund>,
        fund: u8,
        amount: u64,
        reason: String,
    ) -> Result<()> {
        WithdrawFund::handler(ctx, fund, amount, reason)
    }

    /// Sets the most that may be spent from each fund in a calendar week, in base units; 0 for nothing. The admin may,
    /// also while paused. Errors: NotAdmin, FundNotSpendable.
    pub fn set_spending_limits(ctx: &mut Context<SetSpendingLimits>, limits: [u64; 5]) -> Result<()> {
        SetSpendingLimits::handler(ctx, limits)
    }

    /// Sets the schedule of the Team fund in seconds since genesis: nothing before the cliff, a linear part up to the end
    /// of the vesting, then all. The admin may until something was spent from it, also while paused.
    /// Errors: NotAdmin, TeamAlreadySpent.
    pub fn set_team_schedule(
        ctx: &mut Context<SetTeamSchedule>,
        cliff_seconds: u32,
        vesting_seconds: u32,
    ) -> Result<()> {
        SetTeamSchedule::handler(ctx, cliff_seconds, vesting_seconds)
    }

    // Reserve

    /// Creates the economy's reserve, without assets. The treasurer may, who pays the rent. Errors: NotTreasurer, Paused.
    pub fn create_reserve(ctx: &mut Context<CreateReserve>) -> Result<()> {
        CreateReserve::handler(ctx)
    }

    /// Adds a mint to the reserve, as kind 0 BTC, 1 SOL, 2 USDC or 3 GOLD, with a vault of its own. The treasurer may, who
    /// pays the rent. Errors: NotTreasurer, Paused, WrongEconomy, OwnToken, UnknownAssetKind, AssetAlreadyAdded,
    /// ReserveIsFull.
    pub fn add_reserve_asset(ctx: &mut Context<AddReserveAsset>, kind: u8) -> Result<()> {
        AddReserveAsset::handler(ctx, kind)
    }

    /// Records a startup of the ecosystem with the next id; its share is 0 until it is set. The treasurer may, who pays
    /// the rent. Errors: NotTreasurer, Paused, WrongEconomy, BadName.
    pub fn create_startup(ctx: &mut Context<CreateStartup>, name: String) -> Result<()> {
        CreateStartup::handler(ctx, name)
    }

    /// Sets the share of a startup's payments that is booked to the reserve. The treasurer may.
    /// Errors: NotTreasurer, Paused, WrongEconomy, ShareTooLarge.
    pub fn set_startup_share(ctx: &mut Context<SetStartupShare>, share_bps: u16) -> Result<()> {
        SetStartupShare::handler(ctx, share_bps)
    }

    /// Takes the reserve's share of a gross amount, floored, from a token account into the asset's vault and books it: half
    /// of a subscription (inflow 0) or donation (1), the startup's share of its payment (2). Anyone may, with a reference
    /// of 1 to 64 bytes. Errors: Paused, WrongEconomy, BadReason, UnknownInflow, UnknownAsset, WrongReserveVault,
    /// StartupMismatch, ShareNotSet, AmountIsZero.
    pub fn deposit_reserve(
        ctx: &mut Context<DepositReserve>,
        asset: u8,
        inflow: u8,
        gross: u64,
        reference: String,
    ) -> Result<()> {
        DepositReserve::handler(ctx, asset, inflow, gross, reference)
    }

    /// Posts the price of a whole token of an asset on a UTC day, in billionths of a quote unit. The oracle may; the price
    /// of the last day may be corrected. Errors: NotOracle, Paused, WrongEconomy, UnknownAsset, PriceIsZero,
    /// PriceOutOfOrder.
    pub fn post_asset_price(
        ctx: &mut Context<PostAssetPrice>,
        asset: u8,
        price: u64,
        day: u32,
    ) -> Result<()> {
        PostAssetPrice::handler(ctx, asset, price, day)
    }

    /// Sets the most that may leave the reserve of an asset in a calendar week; 0, as at first, for nothing. The admin may,
    /// also while paused. Errors: NotAdmin, WrongEconomy, UnknownAsset.
    pub fn set_reserve_limit(ctx: &mut Context<SetReserveLimit>, asset: u8, weekly_limit: u64) -> Result<()> {
        SetReserveLimit::handler(ctx, asset, weekly_limit)
    }

    /// Pays an asset out of the reserve to a token account, with a public reason of 1 to 64 bytes. The treasurer may, up to
    /// the asset's limit for the calendar week; nobody has a right of redemption. Errors: NotTreasurer, Paused,
    /// WrongEconomy, BadReason, UnknownAsset, WrongReserveVault, AmountIsZero, WeeklyLimitReached, ReserveTooSmall.
    pub fn withdraw_reserve(
        ctx: &mut Context<WithdrawReserve>,
        asset: u8,
        amount: u64,
        reason: String,
    ) -> Result<()> {
        WithdrawReserve::handler(ctx, asset, amount, reason)
    }

    // Stabilisation

    /// Creates the account of prices and buybacks, quoted in `quote_mint`, with its vault. The treasurer may, who pays
    /// the rent. `buyback_limit` is the most base units of the quote token that one buyback may spend.
    /// Errors: Paused, NotTreasurer, BadQuoteMint, DelayTooLong.
    pub fn create_stabilisation(
        ctx: &mut Context<CreateStabilisation>,
        buyback_limit: u64,
        cooldown_seconds: u32,
    ) -> Result<()> {
        CreateStabilisation::handler(ctx, buyback_limit, cooldown_seconds)
    }

    /// Sets how much one buyback may spend and how many seconds lie between two. The admin may.
    /// Errors: Paused, NotAdmin, WrongEconomy, DelayTooLong.
    pub fn set_buyback_limits(
        ctx: &mut Context<SetBuybackLimits>,
        buyback_limit: u64,
        cooldown_seconds: u32,
    ) -> Result<()> {
        SetBuybackLimits::handler(ctx, buyback_limit, cooldown_seconds)
    }

    /// Names the Pyth account that `read_price` reads, and the feed it must be about; the zero address for none.
    /// The admin may. Errors: Paused, NotAdmin, WrongEconomy.
    pub fn set_price_feed(
        ctx: &mut Context<SetPriceFeed>,
        feed_account: Address,
        feed_id: [u8; 32],
    ) -> Result<()> {
        SetPriceFeed::handler(ctx, feed_account, feed_id)
    }

    /// Posts the price of a unix day, in billionths of a whole quote token for a whole token. The oracle may, once a day
    /// and in the order of days. Errors: Paused, NotOracle, WrongEconomy, PriceDayOutOfOrder, BadPrice.
    pub fn post_price(ctx: &mut Context<PostPrice>, day: u32, price: u64) -> Result<()> {
        PostPrice::handler(ctx, day, price)
    }

    /// Takes today's price from the Pyth account that the economy names. Anyone may, once a day.
    /// Errors: Paused, WrongEconomy, WrongPriceFeed, PriceNotVerified, PriceIsOld, PriceTooUncertain, BadPrice,
    /// PriceDayOutOfOrder.
    pub fn read_price(ctx: &mut Context<ReadPrice>) -> Result<()> {
        ReadPrice::handler(ctx)
    }

    /// Moves quote tokens from an SPL account into the vault that buybacks pay from. Anyone may.
    /// Errors: Paused, WrongEconomy, WrongVault, AmountIsZero, Overflow.
    pub fn fund_buyback(ctx: &mut Context<FundBuyback>, amount: u64) -> Result<()> {
        FundBuyback::handler(ctx, amount)
    }

    /// Offers to buy tokens for `quote_amount` at `max_price` until the end of the UTC day. The treasurer may, on a day
    /// whose price is below 80% of the mean of the 30 days before. Errors: Paused, NotTreasurer, WrongEconomy,
    /// AmountIsZero, BadPrice, NoBuybackTrigger, PriceAboveToday, BuybackTooLarge, QuoteTooSmall, BuybackIsOpen,
    /// BuybackCoolingDown.
    pub fn open_buyback(ctx: &mut Context<OpenBuyback>, quote_amount: u64, max_price: u64) -> Result<()> {
        OpenBuyback::handler(ctx, quote_amount, max_price)
    }

    /// Sells tokens of an SPL account to the open buyback at its price; they go to the Treasury. Anyone may.
    /// Errors: Paused, WrongEconomy, WrongVault, WrongDestination, WrongMint, NoOpenBuyback, AmountIsZero,
    /// QuoteBelowMinimum, BuybackTooSmall, QuoteTooSmall, Overflow.
    pub fn fill_buyback(ctx: &mut Context<FillBuyback>, amount: u64, min_quote: u64) -> Result<()> {
        FillBuyback::handler(ctx, amount, min_quote)
    }

    /// Moves quote tokens that no open buyback has promised to an SPL account. The treasurer may, with a reason.
    /// Errors: Paused, NotTreasurer, WrongEconomy, WrongVault, WrongMint, AmountIsZero, BadReason, QuoteTooSmall.
    pub fn withdraw_quote(ctx: &mut Context<WithdrawQuote>, amount: u64, reason: String) -> Result<()> {
        WithdrawQuote::handler(ctx, amount, reason)
    }

    /// Burns tokens of the Treasury (1) or the Liquidity fund (4). The treasurer may, with a reason, while the velocity is
    /// below 0.2 or the price below 80% of the mean of the 30 days before. Errors: Paused, NotTreasurer, WrongEconomy,
    /// WrongMint, WrongVault, UnknownFund, FundNotBurnable, AmountIsZero, BadReason, NoBurnTrigger, FundTooSmall.
    pub fn burn(ctx: &mut Context<Burn>, fund: u8, amount: u64, reason: String) -> Result<()> {
        Burn::handler(ctx, fund, amount, reason)
    }

    /// Sets which part of the schedule future days release, in basis points; the rest is never minted. The treasurer may
    /// when no emission is due. Errors: Paused, NotTreasurer, BadEmissionFactor, ReleaseFirst.
    pub fn set_emission_factor(ctx: &mut Context<SetEmissionFactor>, emission_factor_bps: u16) -> Result<()> {
        SetEmissionFactor::handler(ctx, emission_factor_bps)
    }

    // Staking

    /// Creates the stakes of a member page with their first 317 places. Anyone may who pays the rent.
    /// Errors: Paused, WrongEconomy.
    pub fn create_stake_page(ctx: &mut Context<CreateStakePage>) -> Result<()> {
        CreateStakePage::handler(ctx)
    }

    /// Adds up to 320 places to a stake page. Anyone may who pays the rent.
    /// Errors: Paused, WrongEconomy, StakePageIsFullSize.
    pub fn grow_stake_page(ctx: &mut Context<GrowStakePage>) -> Result<()> {
        GrowStakePage::handler(ctx)
    }

    /// Locks part of a balance for 30, 90, 180 or 365 days. The member may, with at most four stakes at a time.
    /// Errors: Paused, WrongEconomy, SnapshotDue, WrongStakePage, UnknownSlot, WrongMember, UnknownTerm, StakeTooSmall,
    /// TooManyStakes, StakePageFull, BalanceTooSmall.
    pub fn stake(
        ctx: &mut Context<instructions::Stake>,
        slot: u16,
        amount: u64,
        term_days: u16,
    ) -> Result<()> {
        instructions::Stake::handler(ctx, slot, amount, term_days)
    }

    /// Returns a stake whose term is over to the balance. The member may; `id` is that of the stake in `place`.
    /// Errors: Paused, WrongEconomy, SnapshotDue, WrongStakePage, UnknownSlot, WrongMember, StaleStake, StakeIsLocked.
    pub fn unstake(ctx: &mut Context<Unstake>, slot: u16, place: u16, id: u32) -> Result<()> {
        Unstake::handler(ctx, slot, place, id)
    }

    /// Keeps the balances of a member page for the votes on the latest snapshot's proposals, before any of them changes.
    /// Anyone may who pays the rent, also while the economy is paused. Errors: WrongEconomy, SnapshotNotDue.
    pub fn snapshot_page(ctx: &mut Context<SnapshotPage>) -> Result<()> {
        SnapshotPage::handler(ctx)
    }

    // Governance

    /// Creates the governance of an economy, which holds no role until one is handed to it. The admin may.
    /// Errors: NotAdmin, BadVotingTime, DelayTooLong, BadQuorum.
    pub fn create_governance(
        ctx: &mut Context<CreateGovernance>,
        parameters: GovernanceParameters,
    ) -> Result<()> {
        CreateGovernance::handler(ctx, parameters)
    }

    /// Changes how later proposals are voted on. The governance itself may: by a passed proposal.
    /// Errors: NotGovernance, BadVotingTime, DelayTooLong, BadQuorum.
    pub fn set_governance(ctx: &mut Context<SetGovernance>, parameters: GovernanceParameters) -> Result<()> {
        SetGovernance::handler(ctx, parameters)
    }

    /// Proposes to call `instruction` with the governance's signature, and takes a snapshot of all balances when the
    /// latest one is older than a vote. A member whose balance reaches the threshold may, and pays the rent. Works while
    /// the economy is paused. Errors: WrongEconomy, UnknownSlot, WrongMember, BelowThreshold, BadTitle,
    /// InstructionTooLarge.
    pub fn create_proposal(
        ctx: &mut Context<CreateProposal>,
        slot: u16,
        title: String,
        description_hash: [u8; 32],
        instruction: ProposedInstruction,
    ) -> Result<()> {
        CreateProposal::handler(ctx, slot, title, description_hash, instruction)
    }

    /// Votes with a member's balance in the proposal's snapshot and with the stakes in `stake_places`, each made before
    /// it; a second vote may only add stakes. The member may. Works while the economy is paused.
    /// Errors: WrongEconomy, UnknownSlot, WrongMember, VotingIsOver, SnapshotMissing, WrongSnapshot, StakeDoesNotVote,
    /// AlreadyVoted, NothingToVote.
    pub fn cast_vote(
        ctx: &mut Context<CastVote>,
        slot: u16,
        approve: bool,
        stake_places: Vec<u16>,
    ) -> Result<()> {
        CastVote::handler(ctx, slot, approve, stake_places)
    }

    /// Calls the instruction of a passed proposal with the governance's signature, once; its accounts follow as remaining
    /// accounts, in order. Anyone may, within 30 days after the time lock. Errors: AlreadyExecuted, TimeLocked,
    /// ProposalExpired, NotPassed, WrongInstruction, and those of the instruction.
    pub fn execute_proposal(ctx: &mut Context<ExecuteProposal>) -> Result<()> {
        ExecuteProposal::handler(ctx)
    }

    /// Closes a proposal that was executed, has failed or expired; the rent goes back to its proposer. Anyone may.
    /// Errors: ProposalIsOpen, WrongPayer.
    pub fn close_proposal(ctx: &mut Context<CloseProposal>) -> Result<()> {
        CloseProposal::handler(ctx)
    }

    /// Closes the ballots of a page after the vote; the rent goes back to who paid it. Anyone may.
    /// Errors: VotingNotOver, WrongPayer.
    pub fn close_ballots(ctx: &mut Context<CloseBallots>) -> Result<()> {
        CloseBallots::handler(ctx)
    }
}
