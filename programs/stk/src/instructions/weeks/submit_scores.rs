use {
    crate::{error::StkError, event::ScoresSubmitted, state::*},
    anchor_lang::{
        prelude::*,
        wincode::{
            config::ConfigCore,
            error::{ReadError, ReadResult, WriteResult},
            io::{Reader, Writer},
            SchemaRead, SchemaWrite,
        },
    },
    core::mem::MaybeUninit,
    stk_math::score::{streak_after, Scorer},
};

/// Multiplications up to which the loop over members is unrolled; the STK preset needs as many.
const FEW_GROUPS: usize = 3;
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

/// The bitmap in words of 64 slots, the first slot in the lowest bit.
#[inline(always)]
fn words(bitmap: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bitmap.chunks(OCTET).map(|octets| match octets.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => little_endian(octets),
    })
}

/// The number in up to eight little-endian bytes; four are read at once.
#[inline(always)]
fn little_endian(bytes: &[u8]) -> u64 {
    let fold = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    match bytes.split_first_chunk() {
        Some((low, high)) => fold(high) << 32 | u64::from(u32::from_le_bytes(*low)),
        None => fold(bytes),
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
        let active = words(bitmap).map(|word| word.count_ones() as usize).sum::<usize>();
        let counts = reader.take_borrowed(active.wrapping_mul(bytes))?;
        // More bytes than bits: somebody's counts would be dropped in silence.
        if reader.take_byte().is_ok() {
            return Err(ReadError::TrailingBytes);
        }
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
        let scorer = ctx.accounts.economy.scorer();
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
        let due = score_slots(&scorer, week, slots, &batch)?;
        let active = batch.counts.len().checked_div(batch.bytes).unwrap_or(0) as u32;

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

type Scored = core::result::Result<u64, StkError>;

/// Scores the marked `slots`; returns the base units due.
fn score_slots(scorer: &Scorer, week: u32, slots: &mut [Member], batch: &ScoreBatch) -> Scored {
    if !scorer.is_aligned() || scorer.groups() > FEW_GROUPS {
        let counts = batch.counts.chunks_exact(batch.bytes);
        let points = counts.map(|own| scorer.points(little_endian(own)));
        return score(scorer, week, slots, batch.bitmap, points);
    }
    // A copy of the loop for each width, so that counts are read in one or two loads.
    match batch.bytes {
        1 => score_few::<1>(scorer, week, slots, batch),
        2 => score_few::<2>(scorer, week, slots, batch),
        3 => score_few::<3>(scorer, week, slots, batch),
        4 => score_few::<4>(scorer, week, slots, batch),
        5 => score_few::<5>(scorer, week, slots, batch),
        6 => score_few::<6>(scorer, week, slots, batch),
        _ => score_few::<7>(scorer, week, slots, batch),
    }
}

#[inline(never)]
fn score_few<const BYTES: usize>(
    scorer: &Scorer,
    week: u32,
    slots: &mut [Member],
    batch: &ScoreBatch,
) -> Scored {
    let (counts, _) = batch.counts.as_chunks::<BYTES>();
    let points = counts.iter().map(|own| scorer.points_aligned::<FEW_GROUPS>(little_endian(own)));
    score(scorer, week, slots, batch.bitmap, points)
}

/// The loop that a week costs; `points` gives those of one marked member after the other.
///
/// `create_economy` has made sure that a page of members at the maximum fits `u64`, so products and sums cannot wrap.
#[inline(always)]
fn score(
    scorer: &Scorer,
    week: u32,
    slots: &mut [Member],
    bitmap: &[u8],
    mut points: impl Iterator<Item = Option<u64>>,
) -> Scored {
    let previous = week.wrapping_sub(1);
    let mut due = 0u64;
    for (word, members) in words(bitmap).zip(slots.chunks_mut(u64::BITS as usize)) {
        // The highest bit, being the sign, is the cheapest to test.
        let mut marks = word.reverse_bits() as i64;
        for member in members {
            if marks < 0 {
                let points = points.next().ok_or(StkError::BatchWidth)?.ok_or(StkError::CountAboveLimit)?;
                if points == 0 {
                    return Err(StkError::NothingCounted);
                }
                let streak =
                    if member.last_active_week == previous { streak_after(member.streak.into()) } else { 1 };
                let reward = points.wrapping_mul(scorer.unit(member.level.into(), streak));
                member.pending = reward;
                // Fits: `create_economy` refuses rules whose weekly points exceed u32.
                member.points = points as u32;
                member.last_active_week = week;
                member.streak = streak as u8;
                due = due.wrapping_add(reward);
            }
            marks <<= 1;
        }
    }
    Ok(due)
}
