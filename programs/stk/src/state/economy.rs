use {
    crate::{constants::*, error::StkError},
    anchor_lang::prelude::*,
    stk_math::{
        band::{self, BANDS},
        emission::EmissionCurve,
        score::{
            prepare, EventWeight, Rules, RulesError, Scorer, LEVELS, MAX_EVENT_TYPES, PREPARED_WORDS,
            STREAK_STEPS,
        },
    },
};

/// How many funds the emission is split into.
pub const FUNDS: usize = 5;

/// The five funds, as indexes of [`Economy::funds`] and [`Economy::fund_bps`] (STK-12 to STK-16).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Fund {
    /// Pays weekly rewards; takes every remainder.
    RewardsPool,
    Treasury,
    Startup,
    Team,
    Liquidity,
}

impl TryFrom<u8> for Fund {
    type Error = StkError;

    fn try_from(index: u8) -> core::result::Result<Self, StkError> {
        const ALL: [Fund; FUNDS] =
            [Fund::RewardsPool, Fund::Treasury, Fund::Startup, Fund::Team, Fund::Liquidity];
        ALL.get(usize::from(index)).copied().ok_or(StkError::UnknownFund)
    }
}

/// Who may do what. Each is an address: a person, a multisig's vault or a governance.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
pub struct Roles {
    /// Replaces holders of roles and resumes a paused economy.
    pub admin: Address,
    /// Registers members and sets their levels.
    pub registrar: Address,
    /// Opens weeks, posts and seals their scores.
    pub oracle: Address,
    /// Grants rewards and gives verdicts.
    pub validator: Address,
    /// Spends from funds.
    pub treasurer: Address,
    /// Pauses the economy and holds a sealed week.
    pub guardian: Address,
}

/// A role, as an index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Admin,
    Registrar,
    Oracle,
    Validator,
    Treasurer,
    Guardian,
}

impl TryFrom<u8> for Role {
    type Error = StkError;

    fn try_from(index: u8) -> core::result::Result<Self, StkError> {
        const ALL: [Role; 6] =
            [Role::Admin, Role::Registrar, Role::Oracle, Role::Validator, Role::Treasurer, Role::Guardian];
        ALL.get(usize::from(index)).copied().ok_or(StkError::UnknownRole)
    }
}

impl Roles {
    pub fn holder(&self, role: Role) -> &Address {
        match role {
            Role::Admin => &self.admin,
            Role::Registrar => &self.registrar,
            Role::Oracle => &self.oracle,
            Role::Validator => &self.validator,
            Role::Treasurer => &self.treasurer,
            Role::Guardian => &self.guardian,
        }
    }

    pub fn holder_mut(&mut self, role: Role) -> &mut Address {
        match role {
            Role::Admin => &mut self.admin,
            Role::Registrar => &mut self.registrar,
            Role::Oracle => &mut self.oracle,
            Role::Validator => &mut self.validator,
            Role::Treasurer => &mut self.treasurer,
            Role::Guardian => &mut self.guardian,
        }
    }
}

/// One kind of event of an economy.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
pub struct EventType {
    /// UTF-8, zero-padded.
    pub name: [u8; 32],
    /// Points for one event; 0 for a type that is known but not scored.
    pub weight: u32,
    /// Most counted events of a member in a UTC day.
    pub daily_limit: u16,
    pub _reserved: [u8; 2],
}

/// A band of the redistribution from inactive members (STK-86 to STK-89).
#[repr(C)]
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    bytemuck::Pod,
    bytemuck::Zeroable,
    AnchorSerialize,
    AnchorDeserialize,
    IdlType,
)]
pub struct Band {
    /// From so many days without activity on, up to the next band.
    pub days: u16,
    /// What is taken of the balance each quarter, in basis points.
    pub bps: u16,
}

/// How many kinds of explicit rewards an economy can have.
pub const REWARD_KINDS: usize = 8;

/// A kind of explicit reward (STK-65): who pays, how long it is frozen and who confirms it.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
pub struct RewardKind {
    /// UTF-8, zero-padded.
    pub name: [u8; 24],
    /// Shortest freeze, in days; 0 for a kind that may be paid at once.
    pub min_freeze_days: u16,
    /// Longest freeze, in days.
    pub max_freeze_days: u16,
    /// Freeze when the validator names none, in days.
    pub default_freeze_days: u16,
    /// The fund that pays, as an index of [`Fund`]; a cancelled reward goes back to it (STK-84).
    pub fund: u8,
    /// One of [`verdict_by`].
    pub verdict_by: u8,
}

/// What decides whether a frozen reward becomes active.
pub mod verdict_by {
    /// The economy's validator.
    pub const VALIDATOR: u8 = 0;
    /// The rating of the counterparty, a mentor's mentee (STK-81); the validator may decide, too.
    pub const COUNTERPARTY: u8 = 1;
    /// An active week of the counterparty within the freeze (STK-82); the validator may decide, too.
    pub const ACTIVITY: u8 = 2;
}

/// Where the current week stands.
pub mod week_status {
    /// No week was opened yet, or the last one is settled.
    pub const SETTLED: u8 = 0;
    /// Scores are being submitted.
    pub const OPEN: u8 = 1;
    /// Scores are complete; pages are being settled.
    pub const SEALED: u8 = 2;
}

/// One contribution economy: its rules, roles, emission and the ledger's totals.
///
/// Created by `create_economy`, never closed. Only this program writes it, so an account of this type and owner is
/// genuine whatever its address; other accounts name the economy they belong to.
///
/// Ledger invariant: `Σ funds + member_balances + staked + frozen + unsettled =
/// minted − burnt − withdrawn + deposited`, and the vault holds at least that much.
#[account]
pub struct Economy {
    /// Unix seconds from which emission years are counted (STK-08).
    pub genesis: i64,
    /// Base units emitted in each year before the first halving.
    pub emission_first_year: u64,
    /// Base units that can ever be minted (STK-09).
    pub emission_cap: u64,
    /// Whole days since genesis whose emission was released.
    pub released_days: u64,
    /// Base units minted since genesis; only `release_emission` adds to it (STK-01).
    pub minted: u64,
    /// Base units burnt.
    pub burnt: u64,
    /// Base units paid out to SPL accounts.
    pub withdrawn: u64,
    /// Base units taken in from SPL accounts, absorbed surplus included.
    pub deposited: u64,
    /// Base units of each fund: Rewards Pool, Treasury, Startup, Team, Liquidity.
    pub funds: [u64; FUNDS],
    /// Σ of all members' balances.
    pub member_balances: u64,
    /// Σ of all stakes.
    pub staked: u64,
    /// Σ of all frozen rewards.
    pub frozen: u64,
    /// Taken from the Rewards Pool by a sealed week and not yet credited.
    pub unsettled: u64,
    /// Base units due to the members submitted so far in the current week.
    pub week_due: u64,
    /// The scoring rules below, prepared by `stk_math::score::prepare` when the economy was created.
    pub scoring: [u64; PREPARED_WORDS],
    /// Members registered since the beginning; the next member's global index.
    pub members: u32,
    /// Pages created.
    pub pages: u32,
    /// Index of the week that was opened last; 0 before the first.
    pub week: u32,
    /// Members registered when that week was opened: these are scored.
    pub week_members: u32,
    /// Pages of that week whose scores are complete.
    pub week_pages: u32,
    /// Members with a score in that week.
    pub week_active: u32,
    /// Seconds that a sealed week waits before it may be settled.
    pub settle_delay_seconds: u32,
    /// Seconds by which the guardian may hold a week, once; 0 for no hold.
    pub hold_seconds: u32,
    /// The event types, `event_type_count` of them.
    pub event_types: [EventType; MAX_EVENT_TYPES],
    /// Share of each fund in the emission, in basis points; sums to 10,000.
    pub fund_bps: [u16; FUNDS],
    /// Qualification coefficient of levels 1 to 8 in tenths; 0 for a level that does not exist.
    pub level_tenths: [u16; LEVELS],
    /// Consistency coefficient of 1 to 5 weeks in a row in hundredths.
    pub streak_hundredths: [u16; STREAK_STEPS],
    /// Holders of the roles.
    pub roles: Roles,
    /// Addresses that a role was offered to; zero for none.
    pub proposed: Roles,
    /// The SPL mint; its authority is this account.
    pub mint: Address,
    /// The token account that holds every token inside the system; its authority is this account.
    pub vault: Address,
    /// UTF-8, zero-padded.
    pub name: [u8; 32],
    /// UTF-8, zero-padded.
    pub symbol: [u8; 10],
    pub event_type_count: u8,
    /// Years between halvings of the emission.
    pub halving_years: u8,
    /// Decimals of the token.
    pub decimals: u8,
    /// 1 while paused.
    pub paused: u8,
    /// One of [`week_status`].
    pub week_status: u8,
    pub bump: u8,
    /// Services created; the next service's id.
    pub services: u32,
    /// Base units transferred and paid between members since genesis, modulo 2^64: only differences are read.
    pub volume: u64,
    /// Base units spent from the Team fund since genesis.
    pub team_spent: u64,
    /// Base units spent from each fund in `spent_week`.
    pub spent: [u64; FUNDS],
    /// Most base units that may be spent from each fund in a calendar week.
    pub spending_limits: [u64; FUNDS],
    /// Seconds since genesis before which nothing of the Team fund may be spent.
    pub team_cliff_seconds: u32,
    /// Seconds since genesis over which the Team fund becomes spendable linearly; 0 for at once.
    pub team_vesting_seconds: u32,
    /// The calendar week that `spent` is about.
    pub spent_week: u32,
    /// Escrow pages created.
    pub escrow_pages: u32,
    /// Number of the latest snapshot of balances for votes; 0 before the first. Every page keeps its balances before
    /// it changes any of them.
    pub snapshot: u32,
    /// Proposals created; the next proposal's index.
    pub proposals: u32,
    /// Fee on transfers between members, to the Treasury, in basis points (STK-97).
    pub transfer_fee_bps: u16,
    /// Part of the scheduled emission that is released, in basis points; 10,000 for all of it (STK-96).
    pub emission_factor_bps: u16,
    /// The redistribution from inactive members, by rising days.
    pub bands: [Band; BANDS],
    /// Unix second in which the latest snapshot was taken; 0 before the first. Nothing may be withdrawn in it: tokens that
    /// were borrowed for one transaction could vote otherwise.
    pub snapshot_taken_at: i64,
    /// The kinds of explicit rewards, `reward_kind_count` of them.
    pub reward_kinds: [RewardKind; REWARD_KINDS],
    pub reward_kind_count: u8,
    pub _reserved: [u8; 111],
}

/// `text` zero-padded; `None` when it is empty, too long or contains the padding.
pub fn padded<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.is_empty() || text.as_bytes().contains(&0) {
        return None;
    }
    bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
    Some(bytes)
}

/// `sum` with `amounts` added, if it fits.
fn sum(amounts: &[u64]) -> Option<u64> {
    amounts.iter().try_fold(0u64, |total, amount| total.checked_add(*amount))
}

impl Economy {
    pub const SEED: &'static [u8] = b"economy";
    pub const VAULT_SEED: &'static [u8] = b"vault";

    pub fn is_paused(&self) -> bool {
        self.paused != 0
    }

    /// Refuses an emission that is empty, above its cap or does not fit.
    pub fn check_emission(&self) -> Result<()> {
        let curve = EmissionCurve::new(self.emission_first_year, self.halving_years, self.emission_cap);
        require!(curve.is_some(), StkError::BadEmission);
        Ok(())
    }

    /// The emission curve, which `create_economy` checked.
    pub fn curve(&self) -> EmissionCurve {
        EmissionCurve::accepted(self.emission_first_year, self.halving_years)
    }

    /// The bands of the redistribution as the mathematics takes them.
    pub fn redistribution_bands(&self) -> [band::Band; BANDS] {
        self.bands.map(|Band { days, bps }| band::Band { days, bps })
    }

    /// Whether anything is ever redistributed.
    pub fn has_bands(&self) -> bool {
        self.bands.iter().any(|band| band.days > 0)
    }

    /// Weights and limits of the event types in use.
    pub fn event_weights(&self) -> [EventWeight; MAX_EVENT_TYPES] {
        self.event_types
            .map(|event_type| EventWeight { weight: event_type.weight, daily_limit: event_type.daily_limit })
    }

    /// Prepares the scoring rules; refuses those that don't add up or don't fit.
    pub fn prepare_scoring(&mut self) -> Result<()> {
        let event_types = self.event_weights();
        let rules = Rules {
            event_types: &event_types,
            level_tenths: &self.level_tenths,
            streak_hundredths: &self.streak_hundredths,
            decimals: self.decimals,
        };
        Ok(prepare(&rules, &mut self.scoring).map_err(rules_error)?)
    }

    /// Scores members by the rules.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.scoring)
    }

    /// A bit for each level that members can have: bit 1 for level 1.
    pub fn known_levels(&self) -> u64 {
        let highest_first = self.level_tenths.iter().rev();
        highest_first.fold(0u64, |known, tenths| known << 1 | u64::from(*tenths > 0)) << 1
    }

    /// Base units in `fund`.
    pub fn fund(&self, fund: Fund) -> u64 {
        let [rewards_pool, treasury, startup, team, liquidity] = self.funds;
        match fund {
            Fund::RewardsPool => rewards_pool,
            Fund::Treasury => treasury,
            Fund::Startup => startup,
            Fund::Team => team,
            Fund::Liquidity => liquidity,
        }
    }

    fn fund_mut(&mut self, fund: Fund) -> &mut u64 {
        let [rewards_pool, treasury, startup, team, liquidity] = &mut self.funds;
        match fund {
            Fund::RewardsPool => rewards_pool,
            Fund::Treasury => treasury,
            Fund::Startup => startup,
            Fund::Team => team,
            Fund::Liquidity => liquidity,
        }
    }

    /// Adds `amount` to `fund`.
    pub fn add_to_fund(&mut self, fund: Fund, amount: u64) -> Result<()> {
        let held = self.fund_mut(fund);
        *held = held.checked_add(amount).ok_or(StkError::Overflow)?;
        Ok(())
    }

    /// Takes `amount` from `fund`.
    pub fn take_from_fund(&mut self, fund: Fund, amount: u64) -> Result<()> {
        let held = self.fund_mut(fund);
        *held = held.checked_sub(amount).ok_or(StkError::FundTooSmall)?;
        Ok(())
    }

    /// Tokens that somebody may spend: supply without funds, frozen rewards and stakes (section 10.1).
    pub fn circulating(&self) -> Result<u64> {
        let held_back =
            sum(&self.funds).and_then(|funds| sum(&[funds, self.frozen, self.staked, self.burnt]));
        let circulating = held_back.and_then(|held_back| self.minted.checked_sub(held_back));
        circulating.ok_or_else(|| StkError::Overflow.into())
    }

    /// Base units of one whole token.
    pub fn whole_token(&self) -> Result<u64> {
        10u64.checked_pow(u32::from(self.decimals)).ok_or_else(|| StkError::Overflow.into())
    }

    /// The kind of reward with this index.
    pub fn reward_kind(&self, index: u8) -> Result<&RewardKind> {
        let kinds = self.reward_kinds.get(..usize::from(self.reward_kind_count));
        kinds
            .and_then(|kinds| kinds.get(usize::from(index)))
            .ok_or_else(|| StkError::UnknownRewardKind.into())
    }

    /// The last week of which every score is known; 0 for none. Weeks are scored one after the other.
    pub fn scored_week(&self) -> u32 {
        match self.week_status {
            week_status::OPEN => self.week.saturating_sub(1),
            _ => self.week,
        }
    }

    /// Pages that hold members of the current week.
    pub fn week_pages_due(&self) -> u32 {
        self.week_members.div_ceil(PAGE_SLOTS)
    }

    /// What the vault must hold: everything that the ledger owes.
    pub fn owed(&self) -> Result<u64> {
        sum(&self.funds)
            .and_then(|funds| sum(&[funds, self.member_balances, self.staked, self.frozen, self.unsettled]))
            .ok_or_else(|| StkError::Overflow.into())
    }

    /// The ledger invariant (STK-142): every mutating handler calls it last.
    pub fn check_invariant(&self) -> Result<()> {
        let owed = self.owed()?;
        let inside = sum(&[self.minted, self.deposited])
            .and_then(|paid_in| paid_in.checked_sub(self.burnt)?.checked_sub(self.withdrawn));
        require!(inside == Some(owed), StkError::LedgerDoesNotAddUp);
        require!(self.minted <= self.emission_cap, StkError::LedgerDoesNotAddUp);
        Ok(())
    }
}

fn rules_error(error: RulesError) -> StkError {
    match error {
        RulesError::EventTypes => StkError::BadEventTypes,
        RulesError::DailyLimit => StkError::BadDailyLimit,
        RulesError::CountsTooWide => StkError::CountsTooWide,
        RulesError::Coefficient => StkError::BadCoefficient,
        RulesError::Decimals => StkError::BadDecimals,
        RulesError::RewardTooLarge => StkError::RewardTooLarge,
    }
}
