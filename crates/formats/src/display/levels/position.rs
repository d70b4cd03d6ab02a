//! Positions as identities: equal, ordered and hashed by their exact bits, where −0 is 0.

/// x then y.
pub(super) type Position = [f64; 2];

const SEED_X: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED_Y: u64 = 0xD1B5_4A32_D192_ED03;
const SPREAD: u64 = 0xA24B_AED4_963E_E407;

/// Whether both numbers are finite.
pub(super) fn is_finite(position: Position) -> bool {
    position[0].is_finite() && position[1].is_finite()
}

/// A hash of the position. Not keyed: whoever makes positions collide on purpose gets a border that is simplified less.
pub(super) fn hash(position: Position) -> u64 {
    // Adding 0 turns −0 into 0 and changes nothing else.
    let [x, y] = position.map(|number| (number + 0.0).to_bits());
    fold(fold(x ^ SEED_X, SPREAD) ^ y, SEED_Y)
}

/// A hash that does not depend on the order of the two.
pub(super) fn hash_pair(one: u64, other: u64) -> u64 {
    fold(one.wrapping_add(other) ^ SEED_Y, SPREAD)
}

/// A hash of numbers in their order.
pub(super) fn hash_all(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(SEED_X, |all, number| fold(all ^ number, SPREAD))
}

/// Whether `one` comes before `other`: by x, then by y.
pub(super) fn is_before(one: Position, other: Position) -> bool {
    one[0] < other[0] || (one[0] == other[0] && one[1] < other[1])
}

/// Multiplication whose upper half is mixed into the lower one, as in wyhash (Wang Yi 2019).
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::{hash, hash_all, is_before};
    use std::collections::HashSet;

    #[test]
    fn zero_has_one_hash() {
        assert_eq!(hash([0.0, -0.0]), hash([-0.0, 0.0]));
    }

    #[test]
    fn positions_of_a_grid_have_hashes_of_their_own_in_the_upper_half() {
        for step in [1.0, 0.25, 1e-7, 250.0] {
            let tags: HashSet<u32> = (0..250_000)
                .map(|at| (hash([f64::from(at % 500) * step, f64::from(at / 500) * step]) >> 32) as u32)
                .collect();
            // 250 000² / 2³³ = 7 pairs are expected to share 32 bits.
            assert!(tags.len() > 249_960, "{step}: {}", tags.len());
        }
    }

    #[test]
    fn order_counts_where_it_should() {
        assert!(hash_all([1, 2]) != hash_all([2, 1]));
        assert!(
            is_before([0.0, 1.0], [0.0, 2.0])
                && !is_before([0.0, 2.0], [0.0, 2.0])
                && is_before([-1.0, 9.0], [0.0, 0.0])
        );
    }
}
