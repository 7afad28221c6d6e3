//! Sizes, discriminators and offsets that clients rely on. Layouts only grow at the end.

use {
    super::*,
    anchor_lang::prelude::*,
    core::mem::{offset_of, size_of},
};

/// Compares offsets of fields, written out, with those of the compiled struct.
macro_rules! assert_offsets {
    ($account:ty, $($field:ident: $offset:literal),+ $(,)?) => {
        $(assert_eq!(offset_of!($account, $field), $offset, stringify!($field));)+
    };
}

#[test]
fn economy_keeps_its_layout() {
    assert_eq!(size_of::<Economy>(), 3_200);
    assert_offsets!(
        Economy,
        genesis: 0, emission_first_year: 8, emission_cap: 16, released_days: 24, minted: 32, burnt: 40,
        withdrawn: 48, deposited: 56, funds: 64, member_balances: 104, staked: 112, frozen: 120, unsettled: 128,
        week_due: 136, scoring: 144, members: 1_480, pages: 1_484, week: 1_488, week_members: 1_492,
        week_pages: 1_496, week_active: 1_500, settle_delay_seconds: 1_504, hold_seconds: 1_508,
        event_types: 1_512, fund_bps: 2_152, level_tenths: 2_162, streak_hundredths: 2_178, roles: 2_188,
        proposed: 2_380, mint: 2_572, vault: 2_604, name: 2_636, symbol: 2_668, event_type_count: 2_678,
        halving_years: 2_679, decimals: 2_680, paused: 2_681, week_status: 2_682, bump: 2_683, services: 2_684,
        volume: 2_688, team_spent: 2_696, spent: 2_704, spending_limits: 2_744, team_cliff_seconds: 2_784,
        team_vesting_seconds: 2_788, spent_week: 2_792, escrow_pages: 2_796, snapshot: 2_800, proposals: 2_804,
        transfer_fee_bps: 2_808, emission_factor_bps: 2_810, bands: 2_812, snapshot_taken_at: 2_824, reward_kinds: 2_832,
        reward_kind_count: 3_088, _reserved: 3_089,
    );
    assert_eq!(size_of::<Band>(), 4);
    assert_offsets!(Band, days: 0, bps: 2);
    assert_eq!(size_of::<RewardKind>(), 32);
    assert_offsets!(
        RewardKind,
        name: 0, min_freeze_days: 24, max_freeze_days: 26, default_freeze_days: 28, fund: 30, verdict_by: 31,
    );
    assert_eq!(size_of::<EventType>(), 40);
    assert_offsets!(EventType, name: 0, weight: 32, daily_limit: 36, _reserved: 38);
    assert_offsets!(Roles, admin: 0, registrar: 32, oracle: 64, validator: 96, treasurer: 128, guardian: 160);
}

#[test]
fn page_keeps_its_layout() {
    assert_eq!(size_of::<PageHeader>(), 192);
    assert_offsets!(
        PageHeader,
        due: 0, index: 8, week: 12, cursor: 16, settled_week: 20, economy: 24, mismatched: 56, bump: 184,
        has_stakes: 185, redistributed_quarter: 186, snapshot: 188,
    );
    assert_eq!(size_of::<Member>(), 64);
    assert_offsets!(
        Member,
        wallet: 0, balance: 32, pending: 40, points: 48, last_active_week: 52, last_reward_day: 56,
        last_redistribution_quarter: 60, streak: 62, level: 63,
    );
    // Discriminator, header, length, padding to 8, items.
    assert_eq!(MemberPage::space_for(1), 8 + 192 + 4 + 4 + 64);
    assert_eq!(MemberPage::space_for(1_024), 65_744);
}

#[test]
fn week_keeps_its_layout() {
    assert_eq!(size_of::<Week>(), 168);
    assert_offsets!(
        Week,
        due: 0, payable: 8, paid: 16, opened_at: 24, sealed_at: 32, settle_from: 40, index: 48, members: 52,
        active: 56, pages_settled: 60, mismatches: 64, economy: 68, detail_root: 100, held: 132, bump: 133,
        _reserved: 134,
    );
}

#[test]
fn membership_keeps_its_layout() {
    assert_eq!(size_of::<Membership>(), 8);
    assert_offsets!(Membership, page: 0, slot: 4, bump: 6, _reserved: 7);
}

#[test]
fn stake_page_keeps_its_layout() {
    assert_eq!(size_of::<StakePageHeader>(), 64);
    assert_offsets!(StakePageHeader, total: 0, index: 8, next_id: 12, economy: 16, bump: 48, _reserved: 49);
    assert_eq!(size_of::<Stake>(), 32);
    assert_offsets!(Stake, amount: 0, unlock_at: 8, id: 16, snapshot: 20, slot: 24, term_days: 26, _reserved: 28);
    // Discriminator, header, length, padding to 8, items.
    assert_eq!(StakePage::space_for(1), 8 + 64 + 4 + 4 + 32);
}

#[test]
fn escrow_page_keeps_its_layout() {
    assert_eq!(size_of::<EscrowHeader>(), 64);
    assert_offsets!(EscrowHeader, total: 0, index: 8, next_id: 12, economy: 16, bump: 48, _reserved: 49);
    assert_eq!(size_of::<FrozenReward>(), 48);
    assert_offsets!(
        FrozenReward,
        amount: 0, created_at: 8, ends_at: 16, id: 24, member: 28, counterparty: 32, kind: 36, fund: 37,
        verdict_by: 38, verdict: 39, rating: 40, by_validator: 41, _reserved: 42,
    );
    // Discriminator, header, length, padding to 8, items: as many as an account that is created may have.
    assert_eq!(EscrowPage::space_for(1), 8 + 64 + 4 + 4 + 48);
    assert!(EscrowPage::space_for(ESCROW_PLACES) <= 10_240);
    assert!(EscrowPage::space_for(ESCROW_PLACES + 1) > 10_240);
}

#[test]
fn snapshot_keeps_its_layout() {
    assert_eq!(size_of::<Snapshot>(), 8_240);
    assert_offsets!(
        Snapshot,
        balances: 0, number: 8_192, page: 8_196, since: 8_200, economy: 8_204, bump: 8_236, _reserved: 8_237,
    );
}

#[test]
fn governance_keeps_its_layout() {
    assert_eq!(size_of::<Governance>(), 136);
    assert_offsets!(
        Governance,
        threshold: 0, snapshot_taken_at: 8, votes_end: 16, voting_seconds: 32, time_lock_seconds: 36, economy: 40,
        quorum_bps: 72, bump: 74, authority_bump: 75, authority: 76, _reserved: 108,
    );
}

#[test]
fn proposal_keeps_its_layout() {
    assert_eq!(size_of::<ProposalHeader>(), 256);
    assert_offsets!(
        ProposalHeader,
        quorum: 0, yes: 8, no: 16, voting_ends: 24, executable_at: 32, index: 40, snapshot: 44, voters: 48,
        economy: 52, proposer: 84, program_id: 116, description_hash: 148, title: 180, account_count: 244,
        status: 245, bump: 246, authority_bump: 247, _reserved: 248,
    );
    // Discriminator, header, length, bytes.
    assert_eq!(Proposal::space_for(1), 8 + 256 + 4 + 1);
}

#[test]
fn ballots_keep_their_layout() {
    assert_eq!(size_of::<Ballots>(), 720);
    assert_offsets!(
        Ballots,
        voting_ends: 0, page: 8, proposal: 12, payer: 44, slots: 76, stakes: 204, bump: 716, _reserved: 717,
    );
}

#[test]
fn reserve_keeps_its_layout() {
    assert_eq!(size_of::<Reserve>(), 1_224);
    assert_offsets!(
        Reserve,
        assets: 0, economy: 1_152, startups: 1_184, asset_count: 1_188, bump: 1_189, _reserved: 1_190,
    );
    assert_eq!(size_of::<ReserveAsset>(), 144);
    assert_offsets!(
        ReserveAsset,
        mint: 0, vault: 32, booked: 64, withdrawn: 72, inflows: 80, weekly_limit: 104, spent: 112, price: 120,
        spent_week: 128, price_day: 132, kind: 136, decimals: 137, _reserved: 138,
    );
}

#[test]
fn startup_keeps_its_layout() {
    assert_eq!(size_of::<Startup>(), 96);
    assert_offsets!(Startup, economy: 0, name: 32, id: 64, share_bps: 68, bump: 70, _reserved: 71);
}

#[test]
fn service_keeps_its_layout() {
    assert_eq!(size_of::<Service>(), 288);
    assert_offsets!(
        Service,
        price: 0, sold: 8, rating_sum: 16, economy: 24, author: 56, description_hash: 88, name: 120,
        author_member: 184, id: 188, rating_count: 192, term_seconds: 196, split: 200, sessions: 264, kind: 266,
        status: 267, split_count: 268, bump: 269, _reserved: 270,
    );
    assert_eq!(size_of::<SplitEntry>(), 8);
    assert_offsets!(SplitEntry, member: 0, bps: 4, recipient_kind: 6, fund: 7);
}

#[test]
fn activation_keeps_its_layout() {
    assert_eq!(size_of::<Activation>(), 96);
    assert_offsets!(
        Activation,
        active_from: 0, active_to: 8, service: 16, wallet: 48, sessions_left: 80, purchases: 84, ratings: 88,
        counts_sessions: 92, bump: 93, _reserved: 94,
    );
}

#[test]
fn stabilisation_keeps_its_layout() {
    assert_eq!(size_of::<Stabilisation>(), 9_064);
    assert_offsets!(
        Stabilisation,
        quote_balance: 0, buyback_limit: 8, order_price: 16, order_quote_left: 24, order_expires_at: 32,
        order_opened_at: 40, cooldown_seconds: 48, last_day: 52, economy: 56, quote_mint: 88, quote_vault: 120,
        feed_account: 152, feed_id: 184, quote_decimals: 216, bump: 217, _reserved: 218, samples: 280,
    );
    assert_eq!(size_of::<DaySample>(), 24);
    assert_offsets!(DaySample, price: 0, volume: 8, circulating: 16);
}

#[test]
fn discriminators_are_those_of_the_names_and_differ() {
    let discriminators = [
        (Economy::DISCRIMINATOR, "account:Economy"),
        (PageHeader::DISCRIMINATOR, "account:PageHeader"),
        (Week::DISCRIMINATOR, "account:Week"),
        (Membership::DISCRIMINATOR, "account:Membership"),
        (StakePageHeader::DISCRIMINATOR, "account:StakePageHeader"),
        (Snapshot::DISCRIMINATOR, "account:Snapshot"),
        (Service::DISCRIMINATOR, "account:Service"),
        (Activation::DISCRIMINATOR, "account:Activation"),
        (Reserve::DISCRIMINATOR, "account:Reserve"),
        (Startup::DISCRIMINATOR, "account:Startup"),
        (Stabilisation::DISCRIMINATOR, "account:Stabilisation"),
        (EscrowHeader::DISCRIMINATOR, "account:EscrowHeader"),
        (Governance::DISCRIMINATOR, "account:Governance"),
        (ProposalHeader::DISCRIMINATOR, "account:ProposalHeader"),
        (Ballots::DISCRIMINATOR, "account:Ballots"),
    ];
    for (index, (discriminator, name)) in discriminators.iter().enumerate() {
        assert_eq!(**discriminator, solana_sha256_hasher::hash(name.as_bytes()).to_bytes()[..8], "{name}");
        assert!(discriminators.iter().skip(index + 1).all(|(other, _)| other != discriminator));
    }
}
