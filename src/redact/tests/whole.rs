use super::*;
use proptest::prelude::*;

fn redactor(text: &str, seed: u8) -> Redactor {
    let mut names = Names::default();
    names.learn(text.as_bytes());
    Redactor::new(CustomerKey::new([seed; 32]), &Options::default(), &names)
}

const TEXT: &str = "Jun 14 15:16:01 dn228 sshd[1]: Accepted password for jdoe from 10.20.30.40 port 22 ssh2\n\
    CONTOSO\\jdoe opened \\\\filer7\\share on filer7.corp.contoso.com with password=hunter2!\n\
    backup of DN228 by jdoe to 10.20.30.41 (fd12:3456::7) 00:50:56:ab:cd:ef\n";

#[test]
fn the_same_name_has_the_same_pseudonym() {
    let (text, map) = redact(TEXT);
    let find = |name: &str| {
        map.entries().find(|(_, _, original)| *original == name).map(|(_, pseudonym, _)| pseudonym.to_owned())
    };
    let host = find("dn228").unwrap();
    assert_eq!(text.matches(&host).count(), 1, "{text}");
    assert_eq!(text.matches(&host.to_uppercase()).count(), 1, "{text}");
    assert_eq!(text.matches(&find("jdoe").unwrap()).count(), 3, "{text}");
    assert_eq!(text.matches(&find("filer7").unwrap()).count(), 2, "{text}");
    assert!(text.contains("[redacted:password]") && !text.contains("hunter2"), "{text}");
    assert_eq!(text.lines().count(), TEXT.lines().count());
}

/// A domain of which one computer was seen is the customer's in mail addresses and addresses of pages too; the leak scan found it
/// there, so that nothing could be sent.
#[test]
fn a_domain_of_examples_is_the_same_wherever_it_stands() {
    let text = "connected to srv41.corp.example.com\nj.okafor@corp.example.com/Users signed in\n\
        see https://www.example.com/help, host=mail.example.com, from admin@example.com\n";
    let (redacted, map) = redact(text);
    assert!(!redacted.contains("example.com"), "{redacted}");
    let scan = LeakScan::new(&map, &[], false);
    assert_eq!(scan.leaks(redacted.as_bytes()).len(), 0, "{redacted}");
    let back = reverse(&map, redacted.as_bytes()).into_owned();
    assert_eq!(String::from_utf8(back).unwrap(), text);
    // Without such a computer these are nobody's.
    let public = "see https://www.example.com/help\n";
    assert_eq!(redact(public).0, public);
}

#[test]
fn security_identifiers_of_a_domain_stay_in_one_domain() {
    let domain = "1004336348-1177238915-682003330";
    let text = format!(
        "a S-1-5-21-{domain}-1105, b S-1-5-21-{domain}-500, c S-1-5-18, S-1-5-32-544, S-1-1-0, \
         S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464\n"
    );
    let (redacted, map) = redact(&text);
    let (_, new, _) = map.entries().find(|(kind, ..)| *kind == Kind::Sid).unwrap();
    // Those that every Windows has stay, and which account of the domain it is.
    assert_eq!(redacted, text.replace(domain, new));
    assert!(LeakScan::new(&map, &[], false).leaks(redacted.as_bytes()).is_empty());
    assert_eq!(reverse(&map, redacted.as_bytes()), text.as_bytes());
}

#[test]
fn a_map_leads_back_but_not_to_secrets() {
    let (text, map) = redact(TEXT);
    let back = reverse(&map, text.as_bytes()).into_owned();
    assert_eq!(String::from_utf8(back).unwrap(), TEXT.replace("hunter2!", "[redacted:password]"));
}

#[test]
fn another_customer_has_other_pseudonyms() {
    let (a, b) = (redactor(TEXT, 1), redactor(TEXT, 2));
    let (a, b) = (a.str(TEXT), b.str(TEXT));
    assert_ne!(a, b);
    assert_eq!(a, redactor(TEXT, 1).str(TEXT));
    for word in a.as_str().split_whitespace().filter(|word| pseudonym::pseudonym_at(word.as_bytes()).is_some()) {
        assert!(!b.as_str().contains(word), "{word}");
    }
}

#[test]
fn what_is_redacted_stays_as_it_is() {
    let (text, _) = redact(TEXT);
    let again = redactor(&text, 5).str(&text);
    // Addresses cannot be told from others; names and marks can.
    let names = |text: &str| {
        text.split_whitespace().filter(|it| !it.contains(['.', ':'])).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(again.as_str()), names(&text));
}

#[test]
fn identifiers_are_kept_by_consent_and_secrets_are_not() {
    let options = Options { keep_identifiers: true, keywords: vec!["filer7".into()] };
    let (text, map) = redact_with(TEXT, &options);
    assert!(text.contains("jdoe from 10.20.30.40") && !text.contains("hunter2") && !text.contains("filer7"), "{text}");
    assert!(LeakScan::new(&map, &options.keywords, true).leaks(text.as_bytes()).is_empty());
}

#[test]
fn keywords_go_in_any_case_and_inside_words() {
    let options = Options { keep_identifiers: false, keywords: vec!["Project Falcon".into(), "acme".into()] };
    let (text, map) = redact_with("ACMEbackup of project falcon, Acme-Sync, acme_1", &options);
    assert!(!text.to_lowercase().contains("acme") && !text.to_lowercase().contains("falcon"), "{text}");
    let back = reverse(&map, b"x").into_owned();
    assert_eq!(back, b"x");
    assert!(LeakScan::new(&map, &options.keywords, false).leaks(text.as_bytes()).is_empty());
    assert!(!LeakScan::new(&map, &options.keywords, false).leaks(b"myACMEx").is_empty());
}

#[test]
fn a_key_over_several_texts_of_a_file_is_removed() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7\nabcdefghijklmnop1234\nqrstuvwxyzABCDEF5678\n-----END RSA PRIVATE KEY-----\nrest\n";
    let redactor = redactor("", 1);
    for cut in key.match_indices('\n').map(|(at, _)| at + 1) {
        let (first, second) = key.split_at(cut);
        let mut flow = redactor.flow();
        let text = [flow.text(first.as_bytes()).into_owned(), flow.text(second.as_bytes()).into_owned()].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(
            !text.contains("MIIE") && !text.contains("abcd") && !text.contains("qrst") && text.ends_with("rest\n"),
            "{cut}: {text}"
        );
        assert_eq!(text.lines().count(), key.lines().count());
    }
}

#[test]
fn subnets_stay_subnets() {
    let (text, _) = redact("route 10.7.3.0/24 dev eth0; hosts 10.7.3.1, 10.7.3.200 and 10.7.9.9");
    let numbers: Vec<&str> =
        text.split(|it: char| !it.is_ascii_digit() && it != '.').filter(|it| it.matches('.').count() == 3).collect();
    let prefix = |address: &str| address.rsplit_once('.').unwrap().0.to_owned();
    assert!(numbers[0].ends_with(".0") && text.contains("/24"), "{text}");
    assert_eq!(prefix(numbers[0]), prefix(numbers[1]));
    assert_eq!(prefix(numbers[0]), prefix(numbers[2]));
    assert_ne!(prefix(numbers[0]), prefix(numbers[3]));
    assert!(numbers.iter().all(|it| it.starts_with("10.")), "{text}");
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(pieces in proptest::collection::vec(
        prop_oneof![
            "[ -~]{0,12}", "\\PC{0,6}", Just("password".to_owned()), Just("\\".to_owned()), Just("-----BEGIN ".to_owned()),
            Just("PRIVATE KEY-----".to_owned()), Just("user ".to_owned()), Just("://".to_owned()), Just("@".to_owned()),
            Just("\"".to_owned()), Just("'".to_owned()), Just("=".to_owned()), Just(": ".to_owned()), Just("\n".to_owned()),
            Just("/home/".to_owned()), Just("C:\\Users\\".to_owned()), Just("::".to_owned()), Just("1.2.3.4".to_owned()),
            Just("sudo: ".to_owned()), Just(" for ".to_owned()), Just("host ".to_owned()), Just("<34>1 ".to_owned()),
            Just("Feb 18 03:04:05 ".to_owned()), Just("2026-02-18T03:04:05Z ".to_owned()), Just("-u ".to_owned()),
            Just("thin:".to_owned()), Just("&quot;".to_owned()), Just("{".to_owned()), Just("UNC\\".to_owned()),
        ], 0..24,
    )) {
        let text = pieces.concat();
        let (redacted, map) = redact(&text);
        prop_assert_eq!(redacted.matches('\n').count(), text.matches('\n').count());
        let _ = LeakScan::new(&map, &[], false).leaks(text.as_bytes());
        let _ = reverse(&map, redacted.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_fail(bytes: Vec<u8>) {
        let mut names = Names::default();
        names.learn(&bytes);
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &names);
        let text = redactor.text(&bytes);
        let _ = LeakScan::new(&redactor.map(), &[], false).leaks(&text);
    }
}

#[test]
fn the_name_of_a_cloud_service_stays_and_its_customer_does_not() {
    let text = "Server=tcp:sql-7x.database.windows.net,1433;EndpointSuffix=core.windows.net\n\
        GET https://acme.backup.s3.eu-central-1.amazonaws.com/x from s3.eu-central-1.amazonaws.com\n\
        tenant acme7.onmicrosoft.com, again ACME7\n";
    let (redacted, map) = redact(text);
    for gone in ["sql-7x", "acme"] {
        assert!(!redacted.to_lowercase().contains(gone), "{redacted}");
    }
    for stays in
        [".database.windows.net,1433", "EndpointSuffix=core.windows.net", ".s3.eu-central-1.amazonaws.com/x from s3.eu"]
    {
        assert!(redacted.contains(stays), "{redacted}");
    }
    let leaks = LeakScan::new(&map, &[], false).leaks(redacted.as_bytes());
    assert!(leaks.is_empty(), "{leaks:?} of {redacted}");
    assert_eq!(String::from_utf8(reverse(&map, redacted.as_bytes()).into_owned()).unwrap(), text);
}

#[test]
fn the_number_of_a_virtual_machine_goes_whole() {
    let (text, _) = redact("Serial Number: VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7\nnext\n");
    assert!(text.starts_with("Serial Number: ") && !text.contains("4d") && !text.contains("e7\n"), "{text}");
}

#[test]
fn names_that_windows_gives_itself_are_known_by_their_shape() {
    let (text, _) =
        redact("logon from DESKTOP-4F7K2QX, LAPTOP-9K3J5L2M$ and WIN-3BKD92MFK7A, not WIN-10-EVAL or DESKTOP-MODE\n");
    assert!(text.starts_with("logon from HOST-") && text.ends_with(", not WIN-10-EVAL or DESKTOP-MODE\n"), "{text}");
    assert_eq!(text.matches("HOST-").count(), 3, "{text}");
}
