use {
    super::Fund,
    crate::{constants::*, error::StkError},
    anchor_lang::prelude::*,
    stk_math::split::PriceSplit,
};

/// Most recipients of a service's price.
pub const SPLIT_ENTRIES: usize = 8;
/// Bytes of a service's name, UTF-8 and zero-padded.
pub const SERVICE_NAME_BYTES: usize = 64;

/// What a service is, as values of [`Service::kind`]: the six uses of the token (STK-66).
pub mod service_kind {
    /// A learning programme: a course or a module of one.
    pub const PROGRAMME: u8 = 0;
    /// Access to a personal AI assistant.
    pub const ASSISTANT: u8 = 1;
    /// Sessions with a mentor.
    pub const MENTORING: u8 = 2;
    /// A premium function of the platform.
    pub const PREMIUM: u8 = 3;
    /// A service of one member to another.
    pub const PEER: u8 = 4;
    /// An AI agent: rented when the service has a term, else bought (STK-74).
    pub const AGENT: u8 = 5;
    /// How many kinds there are.
    pub const COUNT: u8 = 6;
}

/// Whether a service can be bought, as values of [`Service::status`].
pub mod service_status {
    pub const ON_OFFER: u8 = 0;
    pub const PAUSED: u8 = 1;
}

/// What a recipient is, as values of [`SplitEntry::recipient_kind`].
pub mod recipient_kind {
    pub const MEMBER: u8 = 0;
    pub const FUND: u8 = 1;
}

/// A recipient of a service's price and its share (STK-71).
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
pub struct SplitEntry {
    /// Global index of the member; 0 for a fund.
    pub member: u32,
    /// Share of the price in basis points.
    pub bps: u16,
    /// 0 a member, 1 a fund.
    pub recipient_kind: u8,
    /// Index of the fund; 0 for a member.
    pub fund: u8,
}

impl SplitEntry {
    pub fn is_member(&self) -> bool {
        self.recipient_kind == recipient_kind::MEMBER
    }

    /// Whether this is the Treasury, which takes what the floors of the others leave.
    pub fn is_treasury(&self) -> bool {
        !self.is_member() && usize::from(self.fund) == Fund::Treasury as usize
    }

    fn has_recipient_of(&self, other: &SplitEntry) -> bool {
        (self.recipient_kind, self.fund, self.member) == (other.recipient_kind, other.fund, other.member)
    }

    /// Refuses a recipient that an economy of so many members does not have.
    fn check(&self, members: u32) -> Result<()> {
        let exists = match self.recipient_kind {
            recipient_kind::MEMBER => self.member < members && self.fund == 0,
            recipient_kind::FUND => self.member == 0 && Fund::try_from(self.fund).is_ok(),
            _ => false,
        };
        require!(exists, StkError::UnknownRecipient);
        Ok(())
    }
}

/// What one recipient got of a purchase (STK-72).
#[derive(Clone, Copy, PartialEq, Eq, Debug, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct Payment {
    /// 0 a member, 1 a fund.
    pub recipient_kind: u8,
    /// Index of the fund; 0 for a member.
    pub fund: u8,
    /// Global index of the member; 0 for a fund.
    pub member: u32,
    /// Base units.
    pub amount: u64,
    /// Base units that the recipient has afterwards: a spendable balance or a fund.
    pub balance: u64,
}

impl Payment {
    fn of(entry: &SplitEntry, amount: u64) -> Self {
        let SplitEntry { recipient_kind, fund, member, .. } = *entry;
        Self { recipient_kind, fund, member, amount, balance: 0 }
    }

    pub fn is_member(&self) -> bool {
        self.recipient_kind == recipient_kind::MEMBER
    }

    /// Slot of the recipient, when it is a member of the page with this index.
    pub fn slot_in(&self, page: u32) -> Option<usize> {
        let is_here = self.is_member() && self.member / PAGE_SLOTS == page;
        // A remainder of 1,024 fits every machine's addresses.
        is_here.then_some((self.member % PAGE_SLOTS) as usize)
    }
}

/// Something that a member offers for tokens (STK-66 to STK-75, STK-135).
///
/// Created by `create_service`; `update_service` changes price and status, purchases and ratings count up; closed by
/// `close_service`, after which its id is never used again.
#[account]
pub struct Service {
    /// Base units for one purchase.
    pub price: u64,
    /// Purchases so far.
    pub sold: u64,
    /// Sum of all ratings, each 1 to 5.
    pub rating_sum: u64,
    /// The economy whose tokens pay.
    pub economy: Address,
    /// The member's wallet that offers it, pays its rent and gets it back.
    pub author: Address,
    /// Hash of the description, or of where it is found.
    pub description_hash: [u8; 32],
    /// UTF-8, zero-padded.
    pub name: [u8; SERVICE_NAME_BYTES],
    /// Global index of the author.
    pub author_member: u32,
    /// Place in the economy's sequence of services.
    pub id: u32,
    /// Ratings so far.
    pub rating_count: u32,
    /// Seconds for which a purchase is active; 0 for good.
    pub term_seconds: u32,
    /// Who gets which share of the price, `split_count` of them.
    pub split: [SplitEntry; SPLIT_ENTRIES],
    /// Sessions in a purchase; 0 when none are counted.
    pub sessions: u16,
    /// See [`service_kind`].
    pub kind: u8,
    /// See [`service_status`].
    pub status: u8,
    pub split_count: u8,
    pub bump: u8,
    pub _reserved: [u8; 18],
}

impl Service {
    pub const SEED: &'static [u8] = b"service";

    /// The recipients of the price.
    pub fn entries(&self) -> &[SplitEntry] {
        self.split.get(..usize::from(self.split_count)).unwrap_or_default()
    }

    /// Takes over the split rule; refuses one that does not divide the whole among recipients that exist.
    pub fn set_split(&mut self, entries: &[SplitEntry], members: u32) -> Result<()> {
        let places = self.split.get_mut(..entries.len()).ok_or(StkError::SplitDoesNotAddUp)?;
        let sum: u32 = entries.iter().fold(0, |sum, entry| sum.saturating_add(u32::from(entry.bps)));
        require!(sum == u32::from(WHOLE_BPS), StkError::SplitDoesNotAddUp);
        for (index, entry) in entries.iter().enumerate() {
            require!(entry.bps > 0, StkError::SplitDoesNotAddUp);
            entry.check(members)?;
            let is_repeated = entries.iter().take(index).any(|earlier| earlier.has_recipient_of(entry));
            require!(!is_repeated, StkError::RecipientRepeated);
        }
        places.copy_from_slice(entries);
        self.split_count = u8::try_from(entries.len()).map_err(|_| StkError::SplitDoesNotAddUp)?;
        Ok(())
    }

    /// What each recipient gets of the price: shares floored, the rest to the Treasury even when the rule does not name
    /// it (STK-71). The balances after it are for the caller to fill in.
    pub fn payments(&self) -> Result<Vec<Payment>> {
        let mut split = PriceSplit::new(self.price);
        let mut treasury = None;
        let mut payments = Vec::with_capacity(SPLIT_ENTRIES.saturating_add(1));
        for entry in self.entries() {
            let amount = if entry.is_treasury() {
                treasury = Some(payments.len());
                0
            } else {
                split.take_floor(entry.bps).ok_or(StkError::SplitDoesNotAddUp)?
            };
            payments.push(Payment::of(entry, amount));
        }
        match treasury.and_then(|index| payments.get_mut(index)) {
            Some(payment) => payment.amount = split.rest(),
            None if split.rest() > 0 => payments.push(Payment {
                recipient_kind: recipient_kind::FUND,
                fund: Fund::Treasury as u8,
                member: 0,
                amount: split.rest(),
                balance: 0,
            }),
            None => {}
        }
        Ok(payments)
    }
}
