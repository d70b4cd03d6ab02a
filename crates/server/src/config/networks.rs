//! Networks as people write them: `"127.0.0.1, 10.0.0.0/8, 2001:db8::/32"`.

use std::net::IpAddr;

/// Addresses of some networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// Leading bits that all its addresses share.
    shared: u32,
}

impl Networks {
    /// Networks by commas; nothing when one of them is none. An empty text is no network.
    pub fn parse(text: &str) -> Option<Self> {
        let texts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        texts.map(network).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether an address is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, shared) = text.split_once('/').map_or((text, None), |(address, shared)| (address, Some(shared)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let digits = |text: &&str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let shared = match shared {
        None => most,
        Some(text) => Some(text).filter(digits)?.parse().ok().filter(|shared| *shared <= most)?,
    };
    Some(Network { address, shared })
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differs = u32::from(own) ^ u32::from(other);
                differs.checked_shr(32 - self.shared).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differs = u128::from(own) ^ u128::from(other);
                differs.checked_shr(128 - self.shared).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_a_network_when_its_first_bits_are() {
        let networks = Networks::parse(" 127.0.0.1, 10.0.0.0/8,2001:db8::/33, 192.0.2.7/31 ").expect("networks");
        for (address, inside) in [
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("::ffff:10.1.2.3", true),
            ("2001:db8:7fff::1", true),
            ("2001:db8:8000::1", false),
            ("192.0.2.6", true),
            ("192.0.2.8", false),
        ] {
            assert_eq!(networks.contains(address.parse().expect("an address")), inside, "{address}");
        }
        let all = Networks::parse("0.0.0.0/0, ::/0").expect("networks");
        assert!(["8.8.8.8", "2001::1"].iter().all(|text| all.contains(text.parse().expect("an address"))));
        assert!(!Networks::parse("").expect("none").contains("127.0.0.1".parse().expect("an address")));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["localhost", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/+8", "1.2.3.4 5.6.7.8"] {
            assert_eq!(Networks::parse(text), None, "{text}");
        }
    }
}
