//! What a layout recalls of a line is what the line itself shows, whatever the values of its digits.

use super::format::Format;
use super::tests::{MODIFIED, header_like};
use super::{Layout, Reading, TimeMemo};
use proptest::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

/// Formats whose rules differ from each other.
fn formats() -> Vec<Format> {
    let blocks = format!("Log started: 2026-01-05 10:11:12\n{}", "text\n".repeat(30));
    let heads: [&[u8]; 11] = [
        b"2026-01-05 10:11:12 ERROR it failed\n",
        b"13/04/2026 10:00:00 b\n05/04/2026 10:00:00 a\n",
        b"04/13/2026 10:00:00 b\n04/05/2026 10:00:00 a\n",
        b"  2026-01-05 10:11:12 x\n  2026-01-05 10:11:13 y\n",
        b"host one 2026-01-05 10:11:12 x\nhost two 2026-01-05 10:11:13 y\n",
        b"ERROR: text\nWARN: text\n",
        b"plain text\nmore of it\n",
        b"[    0.912345] audit: type=2000 audit(1767607872.500:1): state=initialized\n[    1.000000] x\n",
        b"#Fields: date time c-ip sc-status sc-win32-status\n2026-01-05 10:11:12 10.0.0.1 200 64\n",
        b"#Date: 2026-01-05 10:11:12\n#Fields: time sc-status\n10:11:12 200\n",
        blocks.as_bytes(),
    ];
    let dated = heads.iter().map(|head| Format::guess(head, Some(MODIFIED)));
    let all: Vec<Format> = dated.chain([Format::guess(heads[4], None)]).collect();
    let mut keys: Vec<u64> = all[..11].iter().map(Format::layout_key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() >= 10, "{keys:?}");
    all
}

#[test]
fn files_that_begin_with_other_directives_share_no_layouts() {
    // Found by fuzzing: what one file had shown about `#Version:` was recalled in the other.
    let first = Format::guess(b"#Version: 1.0\n#Fields: date time c-ip sc-status sc-win32-status\n", Some(MODIFIED));
    let inner = Format::guess(
        b"#Software: x\n#Version: 1.0\n#Fields: date time c-ip sc-status sc-win32-status\n",
        Some(MODIFIED),
    );
    let line = b"#Version: 1.0";
    assert!(first.classify(line).begins() && !inner.classify(line).begins());
    assert_ne!(first.layout_key(), inner.layout_key());
}

#[test]
fn a_directive_begins_a_block_whatever_its_digits() {
    let format = Format::guess(b"#Part 1: x\n#Fields: date time sc-status\n", Some(MODIFIED));
    assert!(format.classify(b"#Part 1: x").begins() && format.classify(b"#Part 2: y").begins());
    assert!(!format.classify(b"#Parts 1: x").begins());
}

/// Changes the values of some digits, of all or of one.
fn mutate(line: &mut [u8], random: &mut Random) {
    let places: Vec<usize> = (0..line.len().min(400)).filter(|&at| line[at].is_ascii_digit()).collect();
    if places.is_empty() {
        return;
    }
    match random.below(8) {
        0 => places.iter().for_each(|&at| line[at] = b'0' + random.below(10) as u8),
        1 => places.iter().for_each(|&at| line[at] = b'0' + random.below(3) as u8),
        many => {
            for _ in 0..many {
                // Most times stand near the line's start.
                let near = places.len().min(if many > 4 { 20 } else { 400 });
                line[places[random.below(near)]] = b'0' + random.below(10) as u8;
            }
        }
    }
}

/// Compares what layouts of lines recall of others with what those show; returns how often something was recalled.
#[track_caller]
fn check_line(format: &Format, line: &[u8], rounds: usize, random: &mut Random) -> usize {
    let mut variants = vec![line.to_vec()];
    for round in 0..rounds {
        let mut variant = variants[random.below(round + 1)].clone();
        mutate(&mut variant, random);
        variants.push(variant);
    }
    let mut n_recalled = 0;
    let mut memos = HashMap::new();
    for first in &variants {
        let (read, layout) = format.learn(first);
        assert_eq!(read, format.classify(first));
        let Some(layout) = layout else { continue };
        assert_eq!(format.recall(&layout, first), Some(read), "{}", String::from_utf8_lossy(first));
        for second in &variants {
            // Layouts that read the same share a memo.
            if let Some(key) = layout.time_key()
                && let Some(memo) = memos.entry(key).or_insert_with(|| TimeMemo::new(&key))
            {
                let read = format.recall_time(&layout, second);
                if let Some(known) = memo.read(second) {
                    assert_eq!(known, read, "{}", String::from_utf8_lossy(second));
                }
                format.remember_time(memo, second, read);
            }
            if let Some(recalled) = format.recall(&layout, second) {
                n_recalled += 1;
                let show = |line| String::from_utf8_lossy(line).into_owned();
                assert_eq!(recalled, format.learn(second).0, "{} from {}", show(second), show(first));
            }
        }
    }
    n_recalled
}

/// Checks a line and lines with other digits in files of many kinds.
#[track_caller]
pub(super) fn check_many(line: &[u8]) {
    let mut random = Random(line.len() as u64);
    for format in formats().into_iter().chain([Format::guess(line, Some(MODIFIED))]) {
        check_line(&format, line, 12, &mut random);
    }
}

#[test]
fn digits_that_mean_something_are_looked_at() {
    for line in [
        "<34>1 2026-01-05T10:11:12Z host app 1 - - x",
        "<134>Jan  5 10:11:12 host app[12]: x",
        "<13>app: x",
        "{\"level\":30,\"time\":1767607872345,\"msg\":\"x\"}",
        "{\"log\":\"2026-01-05 10:11:00 ERROR inner\",\"time\":\"2026-01-05T10:11:12.5Z\"}",
        "{\"severity_number\":17,\"time_iso8601\":\"2026-01-05T10:11:12Z\"}",
        "{\"t\":{\"$date\":\"2026-01-05T10:11:12.345+00:00\"},\"s\":\"D1\",\"msg\":\"gone\"}",
        "id=firewall time=\"2026-01-05 10:11:12\" pri=6 fw=10.0.0.1 msg=\"AUT24326: x\"",
        "date=2026-01-02 time=03:04:05 level=3 msg=x",
        "10.0.0.1 - - [05/Jan/2026:10:11:12 +0000] \"GET /a HTTP/1.1\" 503 12",
        "2026-01-05 10:11:12 [debug1] x",
        "2026-01-05 10:11:12 host local0.err x: y",
        "2026-01-05 10:11:12 0x1f ERROR x",
        "(2026-01-05 10:11:12): [pam] [sss] (0x0010): x",
        "2026-01-05 10:11:12 host 1 2026-01-02T03:04:05Z host app: x",
        "- 1131533984 2005.11.09 dn977 Nov 1 12:01:01 dn977/dn977 crond[2976]: x",
        "- 1117838570 2005.06.03 R02-M1 2005-06-03-15.42.50.363779 R02-M1 RAS KERNEL INFO x",
        "CEF:0|Acme|Wall|1.0|100|denied|8|rt=1767607872345 src=10.0.0.1",
        "00184,09 2026/01/05 10:11:12.345 1 A User a.exe ift p4711 t1A2C provider.cpp:123 - 'ift' cannot connect",
        "<Event xmlns='x'><Level>02</Level><TimeCreated SystemTime='2026-01-05T10:11:12.1234567Z'/></Event>",
        "[13.01.2026 10:11:12.345] <  724> vdl      | [vddk] 2026-01-13T10:11:12.344+01:00 warning -[00724] slow",
        "65f221e0.07357a\tAUT10001\tuser\tx",
        "@4000000065f221e007357abc x",
        "Jun 21 18:55:18 combo ftpd[28881]: connection from 216.68.107.57 () at Fri Jun 21 18:55:18 2005",
        "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579",
        "081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660",
        "17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers",
        "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogs",
        "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok",
        "2026-01-05 10:11:12 -0799 x",
        "2026-01-05 10:11:12 GMT+1 x",
        "1/2/2026 3:11:12 PM x",
        "5/12/26 13:11:12 x",
    ] {
        check_many(line.as_bytes());
    }
}

#[test]
fn a_layout_fits_a_cache_line() {
    assert!(size_of::<Layout>() <= 64, "{}", size_of::<Layout>());
}

#[test]
fn most_lines_are_recalled() {
    let mut random = Random(1);
    for line in [
        "2026-01-05 10:11:12,345 INFO [main] org.acme.Server: up 12",
        "Jan 15 10:11:12 db1 sshd[19939]: authentication failure",
        "    at a.b.C(C.java:12)",
        "{\"level\":\"info\",\"time\":1767607872345,\"msg\":\"x\"}",
    ] {
        let format = Format::guess(line.as_bytes(), Some(MODIFIED));
        assert!(check_line(&format, line.as_bytes(), 12, &mut random) > 20, "{line}");
    }
}

#[test]
fn the_fraction_of_another_time_is_not_compared() {
    // Most lines of supercomputers had to be read anew: their second time has microseconds.
    let line = |end: &str, micros: &str| {
        format!("- 11178385{end} 2005.06.03 R02-M1 2005-06-03-15.42.50.{micros} R02-M1 RAS KERNEL INFO x").into_bytes()
    };
    let first = line("70", "363779");
    let format = Format::guess(&first, Some(MODIFIED));
    let layout = format.learn(&first).1.unwrap();
    let mut memo = TimeMemo::new(&layout.time_key().unwrap()).unwrap();
    for micros in ["363779", "000001"] {
        let line = line("71", micros);
        format.remember_time(&mut memo, &line, format.recall_time(&layout, &line));
    }
    let other = line("99", "527847");
    assert_eq!(memo.read(&other), Some(format.recall_time(&layout, &other)));
}

#[test]
fn lines_of_whole_logs_are_recalled_as_they_are() {
    fn visit(folder: &Path, random: &mut Random, n_lines: &mut usize) {
        let mut paths: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                visit(&path, random, n_lines);
                continue;
            }
            // Some samples are links that lead nowhere.
            let Ok(text) = std::fs::read(&path) else { continue };
            let Some(reading) = Reading::guess(&text[..text.len().min(Reading::HEAD)], Some(MODIFIED)) else {
                continue;
            };
            let format = &reading.format;
            if !format.has_layouts() {
                continue;
            }
            for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).take(400) {
                check_line(format, line, 4, random);
                *n_lines += 1;
            }
        }
    }
    let mut n_lines = 0;
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut Random(7), &mut n_lines);
    assert!(n_lines > 2_000, "{n_lines}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_recalled_is_what_the_line_shows(line in header_like(), which in 0_usize..11, seed in any::<u64>()) {
        check_line(&formats()[which], &line, 6, &mut Random(seed));
    }

    #[test]
    fn other_lines_do_no_harm(line in header_like(), other in header_like(), which in 0_usize..11) {
        let format = &formats()[which];
        if let (_, Some(layout)) = format.learn(&line)
            && let Some(read) = format.recall(&layout, &other)
        {
            prop_assert!(read.header().is_none_or(|header| header.message <= other.len()));
        }
    }
}
