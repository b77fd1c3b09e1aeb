//! Tokens that are told by how they begin, as their providers and public scanners for secrets document it.

use super::super::Kind;
use std::sync::LazyLock;

/// How a token begins, how long it is at least, and what it is.
type Token = (&'static [u8], usize, Kind);

const TOKENS: &[Token] = &[
    (b"AKIA", 20, Kind::CloudKey),
    (b"ASIA", 20, Kind::CloudKey),
    (b"ABIA", 20, Kind::CloudKey),
    (b"ACCA", 20, Kind::CloudKey),
    (b"AIza", 35, Kind::CloudKey),
    (b"ya29.", 30, Kind::CloudKey),
    (b"GOCSPX-", 28, Kind::CloudKey),
    (b"LTAI", 16, Kind::CloudKey),
    (b"dop_v1_", 40, Kind::CloudKey),
    (b"doo_v1_", 40, Kind::CloudKey),
    (b"ghp_", 36, Kind::Token),
    (b"gho_", 36, Kind::Token),
    (b"ghu_", 36, Kind::Token),
    (b"ghs_", 36, Kind::Token),
    (b"ghr_", 36, Kind::Token),
    (b"github_pat_", 40, Kind::Token),
    (b"glpat-", 20, Kind::Token),
    (b"gldt-", 20, Kind::Token),
    (b"glrt-", 20, Kind::Token),
    (b"glptt-", 26, Kind::Token),
    (b"glft-", 20, Kind::Token),
    (b"glsoat-", 20, Kind::Token),
    (b"glcbt-", 20, Kind::Token),
    (b"glimt-", 20, Kind::Token),
    (b"glagent-", 20, Kind::Token),
    (b"gloas-", 20, Kind::Token),
    (b"xoxb-", 20, Kind::Token),
    (b"xoxp-", 20, Kind::Token),
    (b"xoxa-", 20, Kind::Token),
    (b"xoxr-", 20, Kind::Token),
    (b"xoxs-", 20, Kind::Token),
    (b"xoxe-", 20, Kind::Token),
    (b"xoxe.", 20, Kind::Token),
    (b"xapp-", 20, Kind::Token),
    (b"sk_live_", 20, Kind::Token),
    (b"sk_test_", 20, Kind::Token),
    (b"rk_live_", 20, Kind::Token),
    (b"rk_test_", 20, Kind::Token),
    (b"whsec_", 30, Kind::Token),
    (b"sk-", 24, Kind::Token),
    (b"SG.", 40, Kind::Token),
    (b"npm_", 36, Kind::Token),
    (b"pypi-", 40, Kind::Token),
    (b"rubygems_", 40, Kind::Token),
    (b"oy2", 46, Kind::Token),
    (b"hvs.", 24, Kind::Token),
    (b"hvb.", 24, Kind::Token),
    (b"dckr_pat_", 24, Kind::Token),
    (b"eyJ", 20, Kind::Token),
    (b"lin_api_", 40, Kind::Token),
    (b"shpat_", 32, Kind::Token),
    (b"shpss_", 32, Kind::Token),
    (b"shpca_", 32, Kind::Token),
    (b"shppa_", 32, Kind::Token),
    (b"sq0atp-", 22, Kind::Token),
    (b"sq0csp-", 22, Kind::Token),
    (b"EAACEdEose0cBA", 30, Kind::Token),
    (b"EAAA", 60, Kind::Token),
    (b"glsa_", 32, Kind::Token),
    (b"glc_", 32, Kind::Token),
    (b"NRAK-", 27, Kind::Token),
    (b"NRII-", 27, Kind::Token),
    (b"dapi", 36, Kind::Token),
    (b"pul-", 40, Kind::Token),
    (b"sntrys_", 30, Kind::Token),
    (b"sntryu_", 30, Kind::Token),
    (b"ATATT3", 60, Kind::Token),
    (b"AKCp", 60, Kind::Token),
    (b"hf_", 34, Kind::Token),
    (b"key-", 36, Kind::Token),
    (b"PMAK-", 40, Kind::Token),
    (b"figd_", 30, Kind::Token),
    (b"tskey-", 30, Kind::Token),
    (b"v1.0-", 100, Kind::Token),
    (b"AGE-SECRET-KEY-1", 40, Kind::PrivateKey),
];

/// The tokens by their first byte.
static BY_FIRST: LazyLock<Vec<Vec<Token>>> = LazyLock::new(|| {
    let of = |first: u8| TOKENS.iter().filter(|it| it.0[0] == first).copied().collect();
    (0..128).map(of).collect()
});

/// What a run of letters, digits and signs is, if it is a token.
pub(super) fn token(run: &[u8]) -> Option<Kind> {
    let first = BY_FIRST.get(usize::from(*run.first()?))?;
    let found =
        first.iter().find(|(prefix, least, _)| run.len() >= *least && run.starts_with(prefix) && fits(run, prefix));
    match found {
        Some((.., kind)) => Some(*kind),
        // Terraform writes its own name inside; Twilio and Mailchimp are told by their hexadecimal digits.
        None if run.len() >= 60 && memchr::memmem::find(run, b".atlasv1.").is_some() => Some(Kind::Token),
        None if run.len() == 34 && run.starts_with(b"SK") && is_hex(&run[2..]) => Some(Kind::Token),
        None if (36..=37).contains(&run.len()) && run[32..].starts_with(b"-us") && is_hex(&run[..32]) => {
            Some(Kind::Token)
        }
        None => None,
    }
}

/// Whether what follows the beginning is of the kind that the provider writes.
fn fits(run: &[u8], prefix: &[u8]) -> bool {
    let rest = &run[prefix.len()..];
    match prefix {
        b"AKIA" | b"ASIA" | b"ABIA" | b"ACCA" => {
            rest[..16].iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        }
        b"eyJ" => rest.contains(&b'.'),
        b"dapi" | b"key-" | b"shpat_" | b"pul-" | b"rubygems_" => is_hex(&rest[..32]),
        b"oy2" => rest.iter().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()),
        _ => true,
    }
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(it))
}
