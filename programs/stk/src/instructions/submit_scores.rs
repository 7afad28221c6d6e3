use {
    crate::{error::StkError, event::ScoresSubmitted, state::*},
    anchor_lang::{
        prelude::*,
        wincode::{
            config::ConfigCore,
            error::{ReadResult, WriteResult},
            io::{Reader, Writer},
            SchemaRead, SchemaWrite,
        },
    },
    core::mem::MaybeUninit,
    stk_math::score::{streak_after, Scorer, MAX_EVENT_TYPES},
};

/// Scored types of the unrolled loop that the STK preset takes; economies with more take the longer one.
const FEW_TYPES: usize = 7;
/// Slots in a byte of the bitmap.
const OCTET: usize = 8;

/// Scores of a run of slots, packed so that 184 active members of the STK preset fit one 1,232-byte transaction.
///
/// On the wire, little endian: a `u32` header with, from the lowest bit, the week (15 bits), the first slot divided by 8
/// (7), the bytes of the bitmap less one (7) and the bytes of each member less one (3); then the bitmap; then for each
/// of its set bits the packed counts. Nothing else carries a length.
pub struct ScoreBatch<'a> {
    week: u32,
    first_octet: usize,
    bytes: usize,
    bitmap: &'a [u8],
    counts: &'a [u8],
}

impl IdlAccountType for ScoreBatch<'_> {
    const __IDL_TYPE_DEF: Option<&'static str> = Some(
        r#"{"name":"ScoreBatch","docs":["Header of a batch of scores; the bitmap and the packed counts follow it without lengths."],"type":{"kind":"struct","fields":[{"name":"header","docs":["From the lowest bit: week (15 bits), first slot / 8 (7), bitmap bytes - 1 (7), bytes of a member - 1 (3)."],"type":"u32"}]}}"#,
    );

    fn __register_idl_deps(
        _accounts: &mut anchor_lang::__alloc::vec::Vec<&'static str>,
        types: &mut anchor_lang::__alloc::vec::Vec<&'static str>,
    ) {
        types.extend(Self::__IDL_TYPE_DEF);
    }
}

/// Takes the lowest `bits` bits off `header`.
fn take_bits(header: &mut u32, bits: u32) -> u32 {
    let value = *header & !u32::MAX.wrapping_shl(bits);
    *header = header.wrapping_shr(bits);
    value
}

// SAFETY: `read` initializes `dst` exactly when it returns `Ok`, and the default metadata (dynamic) claims nothing.
unsafe impl<'de, C: ConfigCore> SchemaRead<'de, C> for ScoreBatch<'de> {
    type Dst = Self;

    #[inline(always)]
    fn read(mut reader: impl Reader<'de>, dst: &mut MaybeUninit<Self>) -> ReadResult<()> {
        let mut header = u32::from_le_bytes(reader.take_array::<4>()?);
        let week = take_bits(&mut header, 15);
        let first_octet = take_bits(&mut header, 7) as usize;
        let octets = (take_bits(&mut header, 7) as usize).wrapping_add(1);
        let bytes = (header as usize).wrapping_add(1);
        let bitmap = reader.take_borrowed(octets)?;
        let active = bitmap.iter().map(|octet| octet.count_ones() as usize).sum::<usize>();
        let counts = reader.take_borrowed(active.wrapping_mul(bytes))?;
        dst.write(Self { week, first_octet, bytes, bitmap, counts });
        Ok(())
    }
}

// SAFETY: `size_of` counts exactly what `write` writes, and the default metadata (dynamic) claims nothing.
unsafe impl<C: ConfigCore> SchemaWrite<C> for ScoreBatch<'_> {
    type Src = Self;

    fn size_of(src: &Self) -> WriteResult<usize> {
        Ok(size_of::<u32>().saturating_add(src.bitmap.len()).saturating_add(src.counts.len()))
    }

    fn write(mut writer: impl Writer, src: &Self) -> WriteResult<()> {
        let [octets, bytes] = [src.bitmap.len(), src.bytes].map(|length| (length as u32).saturating_sub(1));
        let header =
            src.week & 0x7fff | (src.first_octet as u32 & 0x7f) << 15 | (octets & 0x7f) << 22 | bytes << 29;
        writer.write(&header.to_le_bytes())?;
        writer.write(src.bitmap)?;
        Ok(writer.write(src.counts)?)
    }
}

#[derive(Accounts)]
pub struct SubmitScores {
    /// The economy's oracle.
    #[account(address = economy.roles.oracle @ StkError::NotOracle)]
    pub oracle: Signer,
    #[account(
        mut,
        constraint = !economy.is_paused() @ StkError::Paused,
        constraint = economy.week_status == week_status::OPEN @ StkError::WeekNotOpen,
    )]
    pub economy: Account<Economy>,
    #[account(mut, constraint = page.economy == *economy.address() @ StkError::WrongEconomy)]
    pub page: MemberPage,
}

impl SubmitScores {
    pub fn handler(ctx: &mut Context<Self>, batch: ScoreBatch<'_>) -> Result<()> {
        let address = *ctx.accounts.economy.address();
        let week = ctx.accounts.economy.week;
        let scorer = ctx.accounts.economy.scorer()?;
        let page = &mut ctx.accounts.page;
        let expected = page.slots_of(ctx.accounts.economy.week_members) as usize;
        // The first batch of a week finds the cursor of the week before.
        let cursor = if page.week == week { page.cursor as usize } else { 0 };
        let first = batch.first_octet.wrapping_mul(OCTET);

        require!(batch.week == week, StkError::BatchForAnotherWeek);
        require!(first == cursor && cursor < expected, StkError::BatchOutOfOrder);
        require!(batch.bytes == scorer.bytes(), StkError::BatchWidth);
        let end = first.wrapping_add(batch.bitmap.len().wrapping_mul(OCTET)).min(expected);
        let octets = end.wrapping_sub(first).div_ceil(OCTET);
        require!(batch.bitmap.len() == octets, StkError::BatchBeyondMembers);
        let last_bits = end.wrapping_sub(first).wrapping_sub(octets.wrapping_sub(1).wrapping_mul(OCTET));
        let beyond = batch.bitmap.last().copied().unwrap_or(0).checked_shr(last_bits as u32).unwrap_or(0);
        require!(beyond == 0, StkError::BatchBeyondMembers);

        let slots = page.as_mut_slice().get_mut(first..end).ok_or(StkError::BatchBeyondMembers)?;
        let (due, active) = if scorer.scored() <= FEW_TYPES {
            score::<FEW_TYPES>(&scorer, week, slots, &batch)?
        } else {
            score::<MAX_EVENT_TYPES>(&scorer, week, slots, &batch)?
        };

        if page.week != week {
            page.week = week;
            page.due = 0;
            page.mismatched = [0; SLOT_BITS];
        }
        page.cursor = end as u32;
        page.due = page.due.checked_add(due).ok_or(StkError::Overflow)?;
        let index = page.index;
        let economy = &mut ctx.accounts.economy;
        economy.week_due = economy.week_due.checked_add(due).ok_or(StkError::Overflow)?;
        economy.week_active = economy.week_active.checked_add(active).ok_or(StkError::Overflow)?;
        if end == expected {
            economy.week_pages = economy.week_pages.checked_add(1).ok_or(StkError::Overflow)?;
        }

        emit!(ScoresSubmitted {
            economy: address,
            week,
            page: index,
            first_slot: first as u32,
            due,
            bitmap: batch.bitmap.to_vec(),
            counts: batch.counts.to_vec(),
        });
        Ok(())
    }
}

/// Scores the marked `slots`; returns the base units due and the number of members marked.
///
/// This loop is what a week costs. `create_economy` has made sure that a page of members at the maximum fits `u64`, so
/// products and sums cannot wrap.
#[inline(always)]
fn score<const N: usize>(
    scorer: &Scorer,
    week: u32,
    slots: &mut [Member],
    batch: &ScoreBatch,
) -> core::result::Result<(u64, u32), StkError> {
    let mut counts = batch.counts;
    let mut due = 0u64;
    let mut active = 0u32;
    for (octet, members) in batch.bitmap.iter().zip(slots.chunks_mut(OCTET)) {
        let mut marks = *octet;
        for member in members {
            if marks & 1 == 1 {
                let (packed, rest) = take_counts(counts, batch.bytes)?;
                counts = rest;
                let points = scorer.points::<N>(packed).ok_or(StkError::CountAboveLimit)?;
                if points == 0 {
                    return Err(StkError::NothingCounted);
                }
                let streak = streak_after(member.streak, member.last_active_week, week);
                let reward = points.wrapping_mul(scorer.unit(member.level, streak));
                member.pending = reward;
                // Fits: `create_economy` refuses rules whose weekly points exceed u32.
                member.points = points as u32;
                member.last_active_week = week;
                member.streak = streak;
                due = due.wrapping_add(reward);
                active = active.wrapping_add(1);
            }
            marks >>= 1;
        }
    }
    Ok((due, active))
}

/// Reads `bytes` little-endian bytes off the front of `counts`.
#[inline(always)]
fn take_counts(counts: &[u8], bytes: usize) -> core::result::Result<(u64, &[u8]), StkError> {
    let (own, rest) = counts.split_at_checked(bytes).ok_or(StkError::BatchWidth)?;
    let packed = match counts.first_chunk::<8>() {
        // Reads past the member's own bytes where there are more, and masks them off.
        Some(eight) => {
            let unused = 64u32.wrapping_sub((bytes as u32).wrapping_mul(8));
            u64::from_le_bytes(*eight).wrapping_shl(unused).wrapping_shr(unused)
        }
        None => own.iter().rev().fold(0, |packed, byte| packed << 8 | u64::from(*byte)),
    };
    Ok((packed, rest))
}
