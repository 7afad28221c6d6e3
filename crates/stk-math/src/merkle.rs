//! The Merkle tree of RFC 9162, section 2.1, over the daily detail of a week. The hash function is the caller's: the
//! program brings the runtime's SHA-256, tests bring a library's.

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Prefix of what is hashed for a leaf.
pub const LEAF_PREFIX: u8 = 0;
/// Prefix of what is hashed for an inner node; it differs from a leaf's so that neither can pass for the other.
pub const NODE_PREFIX: u8 = 1;

/// Hash of a leaf whose data are the concatenated `parts`.
pub fn leaf_hash<const N: usize>(parts: [&[u8]; N], sha256: impl Fn(&[&[u8]]) -> Hash) -> Hash {
    let mut hashed: [&[u8]; 8] = [&[]; 8];
    let prefix = [LEAF_PREFIX];
    for (slot, part) in hashed.iter_mut().zip(core::iter::once(prefix.as_slice()).chain(parts)) {
        *slot = part;
    }
    sha256(&hashed)
}

/// Whether `proof` shows that `leaf` (a leaf's hash) is number `index` of the tree of `size` leaves under `root`
/// (RFC 9162, section 2.1.3.2).
pub fn is_included(
    leaf: Hash,
    index: u32,
    size: u32,
    proof: impl Iterator<Item = Hash>,
    root: &Hash,
    sha256: impl Fn(&[&[u8]]) -> Hash,
) -> bool {
    if index >= size {
        return false;
    }
    let (mut position, mut last) = (index, size.wrapping_sub(1));
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            hash = sha256(&[&[NODE_PREFIX], &sibling, &hash]);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = sha256(&[&[NODE_PREFIX], &hash, &sibling]);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}
