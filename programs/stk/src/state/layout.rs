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
    assert_eq!(size_of::<Economy>(), 2_368);
    assert_offsets!(
        Economy,
        genesis: 0, emission_first_year: 8, emission_cap: 16, released_days: 24, minted: 32, burnt: 40,
        withdrawn: 48, deposited: 56, funds: 64, member_balances: 104, staked: 112, frozen: 120, unsettled: 128,
        week_due: 136, scoring: 144, members: 1_032, pages: 1_036, week: 1_040, week_members: 1_044,
        week_pages: 1_048, week_active: 1_052, settle_delay_seconds: 1_056, hold_seconds: 1_060,
        event_types: 1_064, fund_bps: 1_704, level_tenths: 1_714, streak_hundredths: 1_730, roles: 1_740,
        proposed: 1_932, mint: 2_124, vault: 2_156, name: 2_188, symbol: 2_220, event_type_count: 2_230,
        halving_years: 2_231, decimals: 2_232, paused: 2_233, week_status: 2_234, bump: 2_235, _reserved: 2_236,
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
        _reserved: 185,
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
fn discriminators_are_those_of_the_names_and_differ() {
    let discriminators = [
        (Economy::DISCRIMINATOR, "account:Economy"),
        (PageHeader::DISCRIMINATOR, "account:PageHeader"),
        (Week::DISCRIMINATOR, "account:Week"),
        (Membership::DISCRIMINATOR, "account:Membership"),
    ];
    for (index, (discriminator, name)) in discriminators.iter().enumerate() {
        assert_eq!(**discriminator, solana_sha256_hasher::hash(name.as_bytes()).to_bytes()[..8], "{name}");
        assert!(discriminators.iter().skip(index + 1).all(|(other, _)| other != discriminator));
    }
}
