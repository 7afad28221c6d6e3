use {crate::constants::PAGE_SLOTS, anchor_lang::prelude::*};

/// The balances of one member page as they were when a snapshot was taken: what votes on its proposals weigh.
///
/// `create_proposal` takes a snapshot by counting `Economy::snapshot` up; from then on no balance of a page changes
/// before `snapshot_page` has copied them here. There are two such accounts a page, for snapshots of even and of odd
/// numbers, so that a vote on the one before can go on. Created by `snapshot_page`, never closed.
#[account]
pub struct Snapshot {
    /// Base units by slot; 0 for slots that were free.
    pub balances: [u64; PAGE_SLOTS as usize],
    /// Number of the snapshot.
    pub number: u32,
    /// Index of the member page.
    pub page: u32,
    /// The first snapshot for which these were the balances: `number`, or an earlier one for which nobody called
    /// `snapshot_page`, while no balance of the page could change.
    pub since: u32,
    pub economy: Address,
    pub bump: u8,
    pub _reserved: [u8; 3],
}

impl Snapshot {
    pub const SEED: &'static [u8] = b"snapshot";

    /// Whether these were the page's balances when snapshot `number` was taken.
    pub fn covers(&self, number: u32) -> bool {
        (self.since..=self.number).contains(&number)
    }

    /// The last seed of the account for snapshots like `number`: 0 for even ones, 1 for odd ones.
    pub fn parity_of(number: u32) -> [u8; 1] {
        [u8::from(number & 1 == 1)]
    }
}
