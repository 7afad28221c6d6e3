use {
    crate::{constants::*, error::StkError, event::ServiceCreated, state::*},
    anchor_lang::prelude::*,
};

/// What a service is and costs. All but the price stays as it is.
#[derive(Clone, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ServiceParameters {
    /// 0 programme, 1 assistant, 2 mentoring, 3 premium function, 4 service of a member, 5 agent.
    pub kind: u8,
    /// 1 to 64 bytes of UTF-8.
    pub name: String,
    /// Hash of the description, or of where it is found.
    pub description_hash: [u8; 32],
    /// Base units.
    pub price: u64,
    /// Seconds for which a purchase is active, at most ten years; 0 for good.
    pub term_seconds: u32,
    /// Sessions in a purchase; 0 when none are counted.
    pub sessions: u16,
    /// 1 to 8 recipients; sums to 10,000.
    pub split: Vec<SplitEntry>,
}

#[derive(Accounts)]
pub struct CreateService {
    /// The author, a member, who pays the rent.
    #[account(mut)]
    pub wallet: Signer,
    #[account(mut, constraint = !economy.is_paused() @ StkError::Paused)]
    pub economy: Account<Economy>,
    /// The author's page.
    #[account(constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
    /// Its address follows from the number of services before it.
    #[account(
        init,
        payer = wallet,
        seeds = [Service::SEED, economy.address().as_ref(), &economy.services.to_le_bytes()],
        bump,
    )]
    pub service: Account<Service>,
    pub system_program: Program<System>,
}

impl CreateService {
    pub fn handler(ctx: &mut Context<Self>, slot: u16, parameters: ServiceParameters) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let author = *ctx.accounts.wallet.address();
        let economy = &mut ctx.accounts.economy;
        let page = &ctx.accounts.page;
        let id = economy.services;
        let ServiceParameters { kind, name, description_hash, price, term_seconds, sessions, split } =
            parameters;

        let member = page.get(usize::from(slot)).ok_or(StkError::UnknownSlot)?;
        require!(member.wallet == author, StkError::WrongMember);
        require!(kind < service_kind::COUNT, StkError::UnknownServiceKind);
        require!(price > 0, StkError::PriceIsZero);
        require!(term_seconds <= LONGEST_TERM_SECONDS, StkError::TermTooLong);

        let first = page.index.checked_mul(PAGE_SLOTS).ok_or(StkError::Overflow)?;
        let member = first.checked_add(u32::from(slot)).ok_or(StkError::Overflow)?;

        economy.services = id.checked_add(1).ok_or(StkError::Overflow)?;
        let service = &mut ctx.accounts.service;
        service.economy = address;
        service.id = id;
        service.author = author;
        service.author_member = member;
        service.kind = kind;
        service.status = service_status::ON_OFFER;
        service.name = padded(&name).ok_or(StkError::BadServiceName)?;
        service.description_hash = description_hash;
        service.price = price;
        service.term_seconds = term_seconds;
        service.sessions = sessions;
        service.bump = ctx.bumps.service;
        service.set_split(&split, economy.members)?;

        emit!(ServiceCreated {
            economy: address,
            service: *ctx.accounts.service.address(),
            id,
            author,
            member,
            kind,
            name,
            description_hash,
            price,
            term_seconds,
            sessions,
            split,
        });
        Ok(())
    }
}
