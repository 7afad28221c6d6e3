//! Calendar quarters of the proleptic Gregorian calendar, in UTC (STK-91).

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970: u64 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_ERA: u64 = 146_097;
/// Days of four years of which one is a leap year, of a century without its leap day, and of a year.
const DAYS_OF_FOUR_YEARS: u64 = 1_461;
const DAYS_OF_CENTURY: u64 = 36_524;
const DAYS_OF_YEAR: u64 = 365;
const YEARS_OF_ERA: u64 = 400;
const FIRST_YEAR: u64 = 1_970;
/// Days of the five months from March to July, and again from August to December.
const DAYS_OF_FIVE_MONTHS: u64 = 153;

/// The calendar quarter that holds `day` (days since 1970-01-01): 0 for January to March 1970, then counted up, so
/// 223 is the last of 2025. `None` beyond the year 18,353, whose quarters do not fit `u16`.
///
/// Years are counted from 1 March, which puts the leap day at the end of a year; then the day of an era of 400 years gives
/// the year by division, correcting for the leap days of four years, the missing ones of centuries and the one of the era.
pub fn quarter_of_day(day: u32) -> Option<u16> {
    // Everything is far below 2^64, and nothing is subtracted from less.
    let days = u64::from(day).wrapping_add(DAYS_BEFORE_1970);
    let (era, day_of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let leap_days = (day_of_era / (DAYS_OF_FOUR_YEARS - 1))
        .wrapping_sub(day_of_era / DAYS_OF_CENTURY)
        .wrapping_add(day_of_era / (DAYS_OF_ERA - 1));
    let year_of_era = day_of_era.wrapping_sub(leap_days) / DAYS_OF_YEAR;
    let days_before =
        year_of_era.wrapping_mul(DAYS_OF_YEAR).wrapping_add(year_of_era / 4).wrapping_sub(year_of_era / 100);
    let day_of_year = day_of_era.wrapping_sub(days_before);
    // 0 for March: five months have 31, 30, 31, 30, 31 days, which this line of slope 153 / 5 through 2 rounds to.
    let month = day_of_year.wrapping_mul(5).wrapping_add(2) / DAYS_OF_FIVE_MONTHS;
    let year = era.wrapping_mul(YEARS_OF_ERA).wrapping_add(year_of_era);
    // In months since year 0: March is the third.
    let months = year.wrapping_mul(12).wrapping_add(month).wrapping_add(2);
    u16::try_from((months / 3).checked_sub(FIRST_YEAR.wrapping_mul(4))?).ok()
}
