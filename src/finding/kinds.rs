//! What is known of a word: one look-up instead of a search through each list.
//!
//! A word goes in, its [`Kinds`] come out. The lists are below; a word may stand in several. Upper and lower case are the
//! same here, whoever needs more looks at the word.

use crate::scan::Vocabulary;

/// What a word is known for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u32);

impl Kinds {
    /// A key whose value says what is wrong and is kept if it is a word.
    pub(super) const TELLING_KEY: Kinds = Kinds(1 << 0);
    /// A word before the name of a person or machine.
    pub(super) const SLOT: Kinds = Kinds(1 << 1);
    /// A word behind a name; with a slot before it the word in between is a name.
    pub(super) const AFTER_NAME: Kinds = Kinds(1 << 2);
    /// A word that is no name even there.
    pub(super) const NO_NAME: Kinds = Kinds(1 << 3);
    /// A name with digits that does not vary.
    pub(super) const NAME: Kinds = Kinds(1 << 4);
    /// The ending of a file's name that says which program failed.
    pub(super) const PROGRAM_ENDING: Kinds = Kinds(1 << 5);
    /// A unit of a number.
    pub(super) const UNIT: Kinds = Kinds(1 << 6);
    /// A month, in a date with a capital.
    pub(super) const MONTH: Kinds = Kinds(1 << 7);
    /// A day of the week, in a date with a capital.
    pub(super) const WEEKDAY: Kinds = Kinds(1 << 8);
    /// One of the two.
    pub(super) const OF_DATE: Kinds = Kinds(Kinds::MONTH.0 | Kinds::WEEKDAY.0);
    /// A name of `errno.h`, in logs in capitals.
    pub(super) const ERRNO: Kinds = Kinds(1 << 9);
    /// `error`: a number behind it may be its code.
    pub(super) const ERROR: Kinds = Kinds(1 << 10);
    /// `code`: a number behind it is a code.
    pub(super) const CODE: Kinds = Kinds(1 << 11);
    /// `id`, `of`: stands between an event and its number.
    pub(super) const NUMBER: Kinds = Kinds(1 << 12);
    /// `status`, `response`: a number behind it is one.
    pub(super) const STATUS: Kinds = Kinds(1 << 13);
    /// A word with one meaning for the number behind it, see `codes.rs`.
    pub(super) const LEADING: Kinds = Kinds(1 << 14);

    /// Whether it is one of these, too.
    pub(super) fn has(self, kinds: Kinds) -> bool {
        self.0 & kinds.0 != 0
    }
}

/// Returns what a word is known for, in any ASCII case.
#[inline]
pub(super) fn kinds(word: &[u8]) -> Kinds {
    Kinds(VOCABULARY.bits(word))
}

/// Whether a known word differs from this one in nothing but the values of digits: `ext9` from `ext4`.
pub(super) fn is_like_known(word: &[u8]) -> bool {
    let mut folded = [0; LONGEST_WITH_DIGITS];
    let Some(folded) = folded.get_mut(..word.len()) else { return false };
    let digit_folded = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
    folded.iter_mut().zip(word).for_each(|(to, &byte)| *to = digit_folded(byte));
    WITH_DIGITS.bits(folded) != 0
}

/// The known words with digits, all digits being 0.
static WITH_DIGITS: Vocabulary<256> = Vocabulary::new().with(NAMES_FOLDED, 1).with("e0big win00", 1);

const NAMES_FOLDED: &str = match str::from_utf8(&with_zeros::<{ NAMES.len() }>(NAMES)) {
    Ok(names) => names,
    Err(_) => unreachable!(),
};

const fn with_zeros<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let mut folded = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        let byte = text.as_bytes()[at];
        folded[at] = if byte.is_ascii_digit() { b'0' } else { byte };
        at += 1;
    }
    folded
}

const LONGEST_WITH_DIGITS: usize = 9;

static VOCABULARY: Vocabulary<1024> = Vocabulary::new()
    .with(TELLING_KEYS, Kinds::TELLING_KEY.0)
    .with(SLOTS, Kinds::SLOT.0)
    .with(UNITS, Kinds::UNIT.0)
    .with(AFTER_NAMES, Kinds::AFTER_NAME.0)
    .with(NO_NAMES, Kinds::NO_NAME.0)
    .with(NAMES, Kinds::NAME.0)
    .with(PROGRAM_ENDINGS, Kinds::PROGRAM_ENDING.0)
    .with(MONTHS, Kinds::MONTH.0)
    .with(WEEKDAYS, Kinds::WEEKDAY.0)
    .with(ERRNO, Kinds::ERRNO.0)
    .with(ERRORS, Kinds::ERROR.0)
    .with(CODES, Kinds::CODE.0)
    .with(NUMBERS, Kinds::NUMBER.0)
    .with(STATUSES, Kinds::STATUS.0)
    .with(LEADING, Kinds::LEADING.0);

const TELLING_KEYS: &str = "\
    error err errors msg message reason cause detail details status state code level severity type event op \
    operation action exception result phase condition errno error_code errorcode lvl kind";

const SLOTS: &str = "\
    user username account login for host";

const AFTER_NAMES: &str = "\
    from by on at via";

const NO_NAMES: &str = "\
    is was not failed denied rejected unknown down unreachable locked expired disabled disconnected logged login \
    access session backup restore connection connections authentication password data response request requests all \
    this that it and or the use blocked";

const NAMES: &str = "\
    ipv4 ipv6 win32 ikev1 ikev2 sslv2 sslv3 tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tls1.2 tls1.3 x509 x.509 md5 sha1 \
    sha256 sha512 utf8 utf-8 utf-16 ext3 ext4 base64 x64 x86 x86_64 amd64 http2 h2 log4j s3 ec2 oauth2 l2tp radius2 \
    k8s smb1 smb2 smb3 nfs3 nfs4 nfsv3 nfsv4 rc4 aes128 aes256 dhcpv4 dhcpv6 icmpv6 802.1x wow64 win64 int32 int64 \
    uint32 uint64 kerberos5 krb5 bz2 jbd2 md0 e1000 e1000e oauth2.0";

const PROGRAM_ENDINGS: &str = "\
    service mount socket timer target exe dll sys so slice scope ko";

const UNITS: &str = "\
    ms us ns msec usec s sec secs second seconds min mins minute minutes h hr hrs hour hours d day days b byte \
    bytes kb mb gb tb kib mib gib tib % am pm utc gmt cet cest est pst milliseconds microseconds kbps mbps";

const MONTHS: &str = "\
    Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec January February March April June July August September October \
    November December";

const WEEKDAYS: &str = "\
    Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday";

/// Of Linux, those that logs show.
const ERRNO: &str = "\
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST EXDEV \
    ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE EFBIG ENOSPC EROFS EMLINK EPIPE ERANGE EDEADLK ENAMETOOLONG ENOSYS \
    ENOTEMPTY ELOOP EPROTO EBADMSG EOVERFLOW ENOTSOCK EPROTONOSUPPORT EOPNOTSUPP EAFNOSUPPORT EADDRINUSE \
    EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ETIMEDOUT \
    ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EDQUOT ECANCELED EWOULDBLOCK";

const ERRORS: &str = "\
    error err fehler erreur";

const CODES: &str = "\
    code errorcode error_code err_code lasterror winerror oserror win32 rc sqlcode ret";

const NUMBERS: &str = "\
    id number no nr is was of value returned";

const STATUSES: &str = "\
    status statuscode status_code response";

const LEADING: &str = "\
    exitcode exit_code exitstatus errno hresult hr ntstatus result sqlstate severity msg eventid event_id http exit \
    exited event with";

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever asks for another kind may rely on it that the answer is the same for any digits.
    #[test]
    fn known_words_with_digits_are_names_or_codes_and_have_likes() {
        let fixed = [TELLING_KEYS, SLOTS, UNITS, AFTER_NAMES, NO_NAMES, PROGRAM_ENDINGS, MONTHS, WEEKDAYS];
        let fixed = fixed.into_iter().chain([ERRORS, NUMBERS, STATUSES, LEADING]);
        assert!(fixed.flat_map(str::bytes).all(|byte| !byte.is_ascii_digit()));
        for word in [NAMES, CODES, ERRNO].iter().flat_map(|list| list.split(' ')) {
            let with_digits = word.bytes().any(|byte| byte.is_ascii_digit());
            for digit in ["0", "4", "9"] {
                let like = word.replace(|c: char| c.is_ascii_digit(), digit);
                assert_eq!(is_like_known(like.as_bytes()), with_digits, "{like}");
            }
        }
        assert!(!is_like_known(b"node3") && !is_like_known(b"") && !is_like_known(&[b'x'; 100]));
    }

    #[test]
    fn words_are_found_in_any_case_and_others_are_not() {
        let lists =
            [TELLING_KEYS, SLOTS, AFTER_NAMES, NO_NAMES, NAMES, PROGRAM_ENDINGS, UNITS, MONTHS, WEEKDAYS, ERRNO];
        for word in lists.iter().flat_map(|list| list.split(' ')) {
            assert_ne!(kinds(word.as_bytes()), Kinds::default(), "{word}");
            assert_eq!(
                kinds(word.to_ascii_uppercase().as_bytes()),
                kinds(word.to_ascii_lowercase().as_bytes()),
                "{word}"
            );
            assert_eq!(kinds(format!("{word}q").as_bytes()), Kinds::default(), "{word}q");
        }
        assert!(kinds(b"Error").has(Kinds::ERROR) && kinds(b"Error").has(Kinds::TELLING_KEY));
        assert!(!kinds(b"error").has(Kinds::CODE));
        assert_eq!(kinds(b""), Kinds::default());
        assert_eq!(kinds(&[b'e'; 100]), Kinds::default());
    }
}
