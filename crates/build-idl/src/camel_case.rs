//! The naming that `@coral-xyz/anchor` applies to an IDL when it loads one: that of the npm package `camelcase`. The
//! TypeScript type must name everything alike, else the client's types and its values disagree.

const SEPARATORS: [char; 4] = ['_', '.', '-', ' '];

/// `create_economy` → `createEconomy`, `StkError` → `stkError`, `NFTPage` → `nftPage`. A path (`page.index`) keeps its dots.
pub fn camel_case_path(path: &str) -> String {
    path.split('.').map(camel_case).collect::<Vec<_>>().join(".")
}

/// A word starts after a separator, after digits, and at a capital.
fn camel_case(name: &str) -> String {
    let mut result = String::with_capacity(name.len());
    let mut starts_word = false;
    for character in separate_words(name).trim_start_matches(SEPARATORS).chars() {
        if SEPARATORS.contains(&character) {
            starts_word = true;
            continue;
        }
        if starts_word {
            result.extend(character.to_uppercase());
        } else {
            result.extend(character.to_lowercase());
        }
        starts_word = character.is_ascii_digit();
    }
    result
}

/// Puts a separator before a capital that follows a small letter, and before the last capital of a run that small letters
/// follow.
fn separate_words(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut result = String::with_capacity(name.len());
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| characters.get(before));
        let after = index.checked_add(1).and_then(|after| characters.get(after));
        let after_small = before.is_some_and(|letter| letter.is_lowercase());
        let last_of_run = before.is_some_and(|letter| letter.is_uppercase())
            && after.is_some_and(|letter| letter.is_lowercase());
        if character.is_uppercase() && (after_small || last_of_run) {
            result.push('-');
        }
        result.push(character);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::camel_case_path;

    #[test]
    fn names_become_what_the_client_calls_them() {
        for (name, expected) in [
            ("create_economy", "createEconomy"),
            ("StkError", "stkError"),
            ("EMISSION_TOTAL", "emissionTotal"),
            ("stk", "stk"),
            ("X", "x"),
            ("HTTPServer", "httpServer"),
            ("last_reward_day", "lastRewardDay"),
            ("u64_value", "u64Value"),
            ("sha256_of", "sha256Of"),
            ("fund2b", "fund2B"),
            ("_reserved", "reserved"),
            ("page.last_index", "page.lastIndex"),
        ] {
            assert_eq!(camel_case_path(name), expected, "{name}");
        }
    }
}
