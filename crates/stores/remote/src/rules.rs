//! Which servers may be asked: the rules for schemes, ports and addresses. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What may be asked beside public addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    allowed: Vec<Allowed>,
}

/// A network, and a port when only that one is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowed {
    network: IpAddr,
    shared_bits: u32,
    port: Option<u16>,
}

impl Rules {
    /// Public addresses, and those written by commas: `"127.0.0.1:8080, 10.1.0.0/16, [::1]:8080"`. Nothing when one is none.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(allowed).collect::<Option<Vec<_>>>().map(|allowed| Self { allowed })
    }

    /// Whether an address may be connected to.
    pub fn permits(&self, address: SocketAddr) -> bool {
        let named = self.allowed.iter().any(|allowed| allowed.holds(address));
        named || (is_usual_port(address.port()) && is_public(address.ip()))
    }
}

/// Ports of the web: other services, which could be made to take a request for something else, are not asked.
pub fn is_usual_port(port: u16) -> bool {
    matches!(port, 80 | 443 | 8_000..=8_999)
}

fn allowed(text: &str) -> Option<Allowed> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(Allowed { network: address.ip(), shared_bits: bits(address.ip()), port: Some(address.port()) });
    }
    let (address, shared) = text.split_once('/').map_or((text, None), |(address, shared)| (address, Some(shared)));
    let network: IpAddr = address.parse().ok()?;
    let shared_bits = match shared {
        None => bits(network),
        Some(text) => text.parse().ok().filter(|shared| *shared <= bits(network))?,
    };
    Some(Allowed { network, shared_bits, port: None })
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl Allowed {
    fn holds(&self, address: SocketAddr) -> bool {
        let differs = match (self.network, address.ip()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => u128::from(u32::from(own) ^ u32::from(other)),
            (IpAddr::V6(own), IpAddr::V6(other)) => u128::from(own) ^ u128::from(other),
            _ => return false,
        };
        let same = differs.checked_shr(bits(self.network) - self.shared_bits).unwrap_or(0) == 0;
        same && self.port.is_none_or(|port| port == address.port())
    }
}

/// Whether an address belongs to the public internet. What is not known to be public is not.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IPv4 networks that are not public: IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771), and the address
/// at which machines in one provider's cloud find their own settings.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 18] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |(network, shared): &(Ipv4Addr, u32)| (u32::from(*network) ^ u32::from(address)) >> (32 - shared) == 0;
    !NOT_PUBLIC_V4.iter().any(inside)
}

/// Networks within `2000::/3`, which is all of IPv6 that is given out (IANA IPv6 Address Space), that are not public: protocol
/// assignments with Teredo and ORCHID, documentation, 6to4, AS112, documentation. Mapped and NAT64 forms lie outside of it.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    let given_out = address.segments()[0] & 0xe000 == 0x2000;
    let inside =
        |(network, shared): &(Ipv6Addr, u32)| (u128::from(*network) ^ u128::from(address)) >> (128 - shared) == 0;
    given_out && !NOT_PUBLIC_V6.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|_| panic!("{text} is no address"))
    }

    #[test]
    fn addresses_that_are_not_of_the_public_internet_are_refused_in_every_form() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "2620:4f:8000::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for text in refused {
            assert!(!is_public(ip(text)), "{text}");
        }
        for text in [
            "8.8.8.8",
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert!(is_public(ip(text)), "{text}");
        }
    }

    proptest! {
        /// The standard library knows some of the kinds by name: whatever it calls so is not public here.
        #[test]
        fn what_the_standard_library_calls_special_is_not_public(bits in any::<u128>(), short in any::<u32>()) {
            let (v4, v6) = (Ipv4Addr::from(short), Ipv6Addr::from(bits));
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!(special && is_public(IpAddr::V4(v4))));
            let special = v6.is_loopback() || v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local()
                || v6.is_unspecified() || v6.to_ipv4_mapped().is_some();
            prop_assert!(!(special && is_public(IpAddr::V6(v6))));
            prop_assert!(!is_public(IpAddr::V6(v4.to_ipv6_mapped())));
        }
    }

    #[test]
    fn ports_are_those_of_the_web_unless_one_is_allowed_by_name() {
        let rules = Rules::parse("").expect("nothing more");
        let asks = |rules: &Rules, text: &str| rules.permits(text.parse().expect("an address"));
        for port in [80, 443, 8_080, 8_443] {
            assert!(asks(&rules, &format!("1.1.1.1:{port}")));
        }
        for port in [0, 21, 22, 25, 53, 110, 3_306, 5_432, 6_379, 9_200, 11_211, 27_017] {
            assert!(!asks(&rules, &format!("1.1.1.1:{port}")), "{port}");
        }
        let rules = Rules::parse("127.0.0.1:4711, 10.1.0.0/16,[::1]:80, 1.1.1.1:25").expect("rules");
        assert!(asks(&rules, "127.0.0.1:4711") && !asks(&rules, "127.0.0.1:80") && !asks(&rules, "127.0.0.2:4711"));
        assert!(asks(&rules, "10.1.2.3:5432") && !asks(&rules, "10.2.0.1:80"));
        assert!(asks(&rules, "[::1]:80") && !asks(&rules, "[::1]:81") && asks(&rules, "1.1.1.1:25"));
        assert!(!asks(&rules, "[::ffff:127.0.0.1]:4711"), "an odd form of what is allowed is not allowed");
    }

    #[test]
    fn rules_that_cannot_be_read_are_none() {
        for text in ["localhost", "10.0.0.0/33", "::/129", "10.0.0.1:99999", "http://10.0.0.1", "10.0.0.0/8:80"] {
            assert_eq!(Rules::parse(text), None, "{text}");
        }
        assert_eq!(Rules::parse(" , "), Some(Rules::default()));
    }
}
