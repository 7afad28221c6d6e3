use {
    crate::{error::StkError, event::VoteCast, state::*},
    anchor_lang::prelude::*,
};

/// Works while the economy is paused: a governance that is the admin could not resume it otherwise.
#[derive(Accounts)]
pub struct CastVote {
    /// The member's wallet; pays the rent of the page's ballots where it votes first.
    #[account(mut)]
    pub wallet: Signer,
    #[account(mut)]
    pub proposal: Proposal,
    #[account(
        init_if_needed,
        payer = wallet,
        seeds = [Ballots::SEED, proposal.address().as_ref(), &page.index.to_le_bytes()],
        bump,
    )]
    pub ballots: Account<Ballots>,
    #[account(constraint = page.economy == proposal.economy @ StkError::WrongEconomy)]
    pub page: MemberPage,
    /// The page's balances when the proposal's snapshot was taken; none while the page itself still has them.
    #[account(
        constraint = snapshot.economy == page.economy && snapshot.page == page.index @ StkError::WrongSnapshot,
        constraint = snapshot.covers(proposal.snapshot) @ StkError::WrongSnapshot,
    )]
    pub snapshot: Option<Account<Snapshot>>,
    /// The page's stakes, to vote with some.
    #[account(
        constraint = stakes.economy == page.economy @ StkError::WrongEconomy,
        constraint = stakes.index == page.index @ StkError::WrongStakePage,
    )]
    pub stakes: Option<StakePage>,
    pub system_program: Program<System>,
}

impl CastVote {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, approve: bool, stake_places: Vec<u16>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let wallet = *ctx.accounts.wallet.address();
        let voted = ctx.accounts.balance(slot)?;
        let page = ctx.accounts.page.index;
        let proposal = &mut ctx.accounts.proposal;
        let ballots = &mut ctx.accounts.ballots;

        require!(now < proposal.voting_ends, StkError::VotingIsOver);

        // An account of zeros is one that this instruction created.
        if ballots.voting_ends == 0 {
            ballots.voting_ends = proposal.voting_ends;
            ballots.page = page;
            ballots.proposal = *proposal.address();
            ballots.payer = wallet;
            ballots.bump = ctx.bumps.ballots;
        }
        let is_first = set_bit(&mut ballots.slots, slot).ok_or(StkError::UnknownSlot)?;
        require!(is_first || !stake_places.is_empty(), StkError::AlreadyVoted);
        let mut weight = if is_first { voted } else { 0 };
        for place in stake_places.iter().copied() {
            let stakes = ctx.accounts.stakes.as_ref().ok_or(StkError::StakeDoesNotVote)?;
            let amount = voting_stake(stakes, place, slot, proposal.snapshot)?;
            let is_new = set_bit(&mut ballots.stakes, place).ok_or(StkError::StakeDoesNotVote)?;
            require!(is_new, StkError::AlreadyVoted);
            weight = weight.checked_add(amount).ok_or(StkError::Overflow)?;
        }
        require!(weight > 0, StkError::NothingToVote);

        let votes = if approve { &mut proposal.yes } else { &mut proposal.no };
        *votes = votes.checked_add(weight).ok_or(StkError::Overflow)?;
        proposal.voters = proposal.voters.saturating_add(u32::from(is_first));

        emit!(VoteCast {
            economy: proposal.economy,
            proposal: proposal.index,
            wallet,
            page,
            slot,
            stake_places,
            approve,
            weight,
            yes: proposal.yes,
            no: proposal.no,
        });
        Ok(())
    }

    /// The balance of the wallet's slot when the proposal's snapshot was taken.
    ///
    /// Nobody's balance on a page changes while the page is behind the economy's snapshot. So a page that is behind the
    /// proposal's still has the balances of that moment, and one that is not has had them copied, if it had any: the
    /// copy must be given, or a vote could leave out what it weighs less by.
    fn balance(&self, slot: u16) -> Result<u64> {
        let member = member(&self.page, slot, self.wallet.address())?;
        match &self.snapshot {
            _ if self.page.snapshot < self.proposal.snapshot => Ok(member.balance),
            Some(snapshot) => Ok(*snapshot.balances.get(usize::from(slot)).ok_or(StkError::UnknownSlot)?),
            None => Err(StkError::SnapshotMissing.into()),
        }
    }
}

/// Base units of the stake in `place`, which must be the slot's and older than `snapshot`: in a later one the same tokens
/// were part of a balance.
fn voting_stake(stakes: &StakePage, place: u16, slot: u16, snapshot: u32) -> Result<u64> {
    let stake = stakes.get(usize::from(place)).ok_or(StkError::StakeDoesNotVote)?;
    let is_voting = stake.amount > 0 && stake.slot == slot && stake.snapshot < snapshot;
    require!(is_voting, StkError::StakeDoesNotVote);
    Ok(stake.amount)
}
