//! 7-Zip archives and Windows cabinets, read by parsers behind a pipe (here in a thread).

use super::*;
use proptest::prelude::*;
use sevenz_rust2::encoder_options::AesEncoderOptions;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter, EncoderConfiguration, EncoderMethod, Password, SourceReader};

/// A 7-Zip archive; solid: all files in one block.
pub(super) fn seven_zip(methods: Vec<EncoderConfiguration>, is_solid: bool, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.set_content_methods(methods);
    writer.set_encrypt_header(false);
    writer.push_archive_entry(ArchiveEntry::new_directory("folder"), None::<&[u8]>).unwrap();
    if is_solid {
        let entries = files.iter().map(|(name, _)| ArchiveEntry::new_file(name)).collect();
        writer.push_archive_entries(entries, files.iter().map(|(_, data)| SourceReader::new(*data)).collect()).unwrap();
    } else {
        for (name, data) in files {
            writer.push_archive_entry(ArchiveEntry::new_file(name), Some(*data)).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn with(method: EncoderMethod) -> Vec<EncoderConfiguration> {
    vec![EncoderConfiguration::new(method)]
}

#[test]
fn seven_zip_is_read_whatever_its_method() {
    let large = noise(200_000);
    let files: [(&str, &[u8]); 3] = [("logs/a.log", b"AAA"), ("l", &large), ("b.log.gz", &gzip(b"B"))];
    let expected: [(&str, &[u8]); 3] = [("x.7z!/b.log.gz", b"B"), ("x.7z!/l", &large), ("x.7z!/logs/a.log", b"AAA")];
    for method in [
        EncoderMethod::COPY,
        EncoderMethod::LZMA,
        EncoderMethod::LZMA2,
        EncoderMethod::PPMD,
        EncoderMethod::BZIP2,
        EncoderMethod::DEFLATE,
    ] {
        for is_solid in [false, true] {
            check("x.7z", &seven_zip(with(method), is_solid, &files), &expected, &[]);
        }
    }
}

#[test]
fn nested_seven_zip_and_empty_files_are_read() {
    let inner = seven_zip(with(EncoderMethod::LZMA2), false, &[("a.log", b"A"), ("empty", b"")]);
    let archive = zip(&[("in.7z", &inner)]);
    check("x.zip", &archive, &[("x.zip!/in.7z!/a.log", b"A"), ("x.zip!/in.7z!/empty", b"")], &[]);
}

#[test]
fn encrypted_files_of_a_seven_zip_are_named() {
    let aes = AesEncoderOptions::new(Password::from("secret"));
    let methods = vec![aes.into(), EncoderConfiguration::new(EncoderMethod::LZMA2)];
    let files: [(&str, &[u8]); 2] = [("a.log", b"A"), ("b.log", b"B")];
    let seen = visit_with("x", &seven_zip(methods.clone(), false, &files), Limits::default());
    assert_eq!(seen.problems(), [("x!/a.log", "encrypted"), ("x!/b.log", "encrypted")]);
    assert!(seen.files.is_empty(), "{:?}", seen.files);
    assert_eq!(seen.visited.files, 2);
    // With its list of files encrypted as well.
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
    writer.set_content_methods(methods).set_encrypt_header(true);
    writer.push_archive_entry(ArchiveEntry::new_file("a.log"), Some(&b"A"[..])).unwrap();
    check("x", &writer.finish().unwrap().into_inner(), &[], &[("x", "encrypted")]);
}

/// The decoder unpacks what nobody reads: gigabytes that nobody would count.
#[test]
fn links_of_a_seven_zip_are_no_files_and_their_targets_are_short() {
    let archive = |size: usize| {
        let target = vec![b'x'; size];
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
        writer.set_encrypt_header(false);
        let mut link = ArchiveEntry::new_file("link.log");
        link.has_windows_attributes = true;
        link.windows_attributes = 0o120_777 << 16 | 0x8000;
        let entries = vec![link, ArchiveEntry::new_file("a.log")];
        writer.push_archive_entries(entries, vec![SourceReader::new(&target[..]), SourceReader::new(b"A")]).unwrap();
        writer.finish().unwrap().into_inner()
    };
    check("x", &archive(100), &[("x!/a.log", b"A")], &[("x!/link.log", "skipped")]);
    check("x", &archive(70_000), &[], &[("x!/a.log", "corrupt"), ("x!/link.log", "corrupt")]);
}

#[test]
fn of_many_files_that_cannot_be_unpacked_the_first_are_named() {
    let names: Vec<String> = (0..60).map(|number| format!("{number:02}.log")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"0123456789"[..])).collect();
    let mut damaged = seven_zip(with(EncoderMethod::COPY), true, &files);
    damaged[32] ^= 1;
    let seen = visit_with("x", &damaged, Limits::default());
    // The damaged file itself, 50 of the others, and how many more there are.
    assert_eq!(seen.problems().len(), 52);
    assert!(seen.visited.problems.iter().any(|it| it.message == "9 more files could not be unpacked either"));
}

#[test]
fn damage_to_a_block_of_a_seven_zip_costs_what_is_behind_it() {
    let noise = noise(100_000);
    let files: [(&str, &[u8]); 3] = [("a", b"AAAA"), ("b", &noise), ("c", b"CCCC")];
    let solid = seven_zip(with(EncoderMethod::COPY), true, &files);
    let mut damaged = solid.clone();
    damaged[50_000] ^= 1;
    let seen = visit_with("x", &damaged, Limits::default());
    assert_eq!(seen.problems(), [("x!/b", "corrupt"), ("x!/c", "corrupt")]);
    assert_eq!((&seen.files["x!/a"][..], seen.files["x!/b"].len()), (&b"AAAA"[..], 99_999));
    // Each file in a block of its own: the others are whole.
    let mut damaged = seven_zip(with(EncoderMethod::COPY), false, &files);
    damaged[50_000] ^= 1;
    let seen = visit_with("x", &damaged, Limits::default());
    assert_eq!(seen.problems(), [("x!/b", "corrupt")]);
    assert_eq!((&seen.files["x!/a"][..], &seen.files["x!/c"][..]), (&b"AAAA"[..], &b"CCCC"[..]));
    let visited = check("x.7z.001", &solid[..40_000], &[], &[("x.7z.001", "corrupt")]);
    assert!(visited.problems[0].message.contains("first of several parts"), "{visited:?}");
}

#[test]
fn dictionary_that_is_too_large_is_a_limit() {
    let archive = seven_zip(with(EncoderMethod::LZMA2), false, &[("a.log", b"A")]);
    // The header is packed if that pays; a short one is not. Method 21, one byte of properties: the size of the
    // dictionary, 40 for 4 GiB.
    let at = memchr::memmem::find(&archive, b"\x21\x21\x01").unwrap();
    let mut large = archive.clone();
    large[at + 3] = 40;
    let end = 32 + u64::from_le_bytes(*large[12..].first_chunk().unwrap()) as usize;
    let mut crc = flate2::Crc::new();
    crc.update(&large[end..]);
    large[28..32].copy_from_slice(&crc.sum().to_le_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&large[12..32]);
    large[8..12].copy_from_slice(&crc.sum().to_le_bytes());
    let seen = visit_with("x", &large, Limits::default());
    assert_eq!(seen.problems(), [("x!/a.log", "limit")], "{:?}", seen.visited.problems);
}

/// A cabinet of one folder: how it is packed, its blocks with their size unpacked, and its files with where they begin.
pub(super) fn cabinet(method: u16, blocks: &[(&[u8], usize)], files: &[(&str, u32, u32, u16)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (name, offset, size, folder) in files {
        list.extend([size.to_le_bytes(), offset.to_le_bytes()].as_flattened());
        // The second of February 1996, 03:04:06.
        list.extend([*folder, 16 << 9 | 2 << 5 | 2, 3 << 11 | 4 << 5 | 3, 0x20].map(u16::to_le_bytes).as_flattened());
        list.extend(name.bytes().chain([0]));
    }
    let data_at = 36 + 8 + list.len() as u32;
    let mut cabinet = b"MSCF\0\0\0\0\0\0\0\0\0\0\0\0\x2c\0\0\0\0\0\0\0\x03\x01\x01\0".to_vec();
    cabinet.extend([files.len() as u16, 0, 7, 0].map(u16::to_le_bytes).as_flattened());
    cabinet.extend(data_at.to_le_bytes());
    cabinet.extend([blocks.len() as u16, method].map(u16::to_le_bytes).as_flattened());
    cabinet.extend(list);
    for (packed, size) in blocks {
        let sizes = [packed.len() as u16, *size as u16].map(u16::to_le_bytes);
        let padded = |bytes: &[u8]| u32::from_le_bytes([0, 1, 2, 3].map(|at| bytes.get(at).copied().unwrap_or(0)));
        // What is left over at the end has its first byte as the highest.
        let words = packed.chunks(4).map(|word| match word.len() {
            4 => padded(word),
            _ => word.iter().fold(0, |rest, byte| rest << 8 | u32::from(*byte)),
        });
        let sum = words.fold(padded(sizes.as_flattened()), |sum, word| sum ^ word);
        cabinet.extend(sum.to_le_bytes());
        cabinet.extend(sizes.as_flattened());
        cabinet.extend(*packed);
    }
    cabinet
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(b"CK".to_vec(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Fixed codes: a match of length 6 at distance 6, the end of the block. It repeats what the block before it ended with.
const REPEAT: &[u8] = b"CK\x83\x90\0";

/// No translation of calls, an uncompressed block of 6 bytes, three offsets, the bytes.
const LZX_HELLO: &[u8] = b"\0\x30\x60\0\x01\0\0\0\x01\0\0\0\x01\0\0\0hello\n";

#[test]
fn cabinet_is_read_whatever_its_method() {
    let files: [(&str, u32, u32, u16); 3] = [("logs\\b.log", 6, 6, 0), ("a.log", 0, 6, 0), ("c.log", 12, 2, 0)];
    let expected: [(&str, &[u8]); 3] =
        [("x.cab!/a.log", b"hello\n"), ("x.cab!/c.log", b"he"), ("x.cab!/logs/b.log", b"hello\n")];
    check("x.cab", &cabinet(0, &[(b"hello\nhel", 9), (b"lo\nhe", 5)], &files), &expected, &[]);
    let zipped = cabinet(1, &[(&deflated(b"hello\n"), 6), (REPEAT, 6), (&deflated(b"he"), 2)], &files);
    check("x.cab", &zipped, &expected, &[]);
    check("x.cab", &cabinet(0x0f03, &[(LZX_HELLO, 6)], &files[1..2]), &[("x.cab!/a.log", b"hello\n")], &[]);
}

/// 256 MiB between two files that belong to neither, from a few hundred bytes for each 32 KiB.
#[test]
fn what_a_cabinet_has_between_its_files_is_limited() {
    let packed = deflated(&vec![b'x'; 32 << 10]);
    let blocks = vec![(&packed[..], 32 << 10); 9000];
    let most = 256 << 20;
    for (gap, problem) in [(most, None), (most + 1, Some("limit"))] {
        let archive = cabinet(1, &blocks, &[("a", 0, 1, 0), ("b", 1 + gap, 1, 0)]);
        let seen = visit_with("x", &archive, Limits::default());
        assert_eq!(seen.problems().first().copied(), problem.map(|kind| ("x!/b", kind)));
        assert_eq!(seen.files.len(), if problem.is_some() { 1 } else { 2 });
    }
}

#[test]
fn files_of_a_cabinet_that_cannot_be_read_are_named() {
    let files: [(&str, u32, u32, u16); 2] = [("a", 0, 6, 0), ("b", 6, 6, 0)];
    let sound = cabinet(1, &[(&deflated(b"hello\n"), 6), (REPEAT, 6)], &files);
    let seen = |bytes: &[u8]| visit_with("x", bytes, Limits::default());
    let damaged = seen(&replace(&sound, REPEAT, b"CK\x83\x91\0"));
    assert_eq!(damaged.problems(), [("x!/b", "corrupt")]);
    assert_eq!(damaged.files["x!/a"], b"hello\n");
    assert_eq!(seen(&sound[..sound.len() - 1]).problems(), [("x!/b", "corrupt")]);
    assert_eq!(seen(&sound[..60]).problems(), [("x", "corrupt")]);
    let quantum = cabinet(0x0702, &[(b"packed", 12)], &files);
    assert_eq!(seen(&quantum).problems(), [("x!/a", "unsupported"), ("x!/b", "unsupported")]);
    let overlap: [(&str, u32, u32, u16); 3] = [("a", 0, 6, 0), ("b", 3, 6, 0), ("c", 0, 1, 9)];
    let overlap = seen(&cabinet(0, &[(b"hello\n", 6)], &overlap));
    assert_eq!(overlap.problems(), [("x!/b", "corrupt"), ("x!/c", "corrupt")]);
    let spanned: [(&str, u32, u32, u16); 2] = [("a", 0, 6, 0), ("b", 6, 6, 0xfffe)];
    let mut spanned = cabinet(0, &[(b"hello\n", 6)], &spanned);
    // The flag, and the names of the cabinet and the disk after this one; everything moves.
    spanned[30] = 2;
    spanned[16] += 14;
    spanned[36] += 14;
    spanned.splice(36..36, *b"next.cab\0disk\0");
    let spanned = seen(&spanned);
    assert_eq!(spanned.problems(), [("x", "unsupported"), ("x!/b", "unsupported")]);
    assert!(spanned.visited.problems[0].message.contains("(next.cab)"), "{:?}", spanned.visited.problems);
    assert_eq!(spanned.files["x!/a"], b"hello\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_damage_to_them_is_silent_or_goes_on_for_ever(at in 0_usize..400, byte: u8, cut in 0_usize..400) {
        let files: [(&str, &[u8]); 2] = [("a.log", b"AAAAAAAAAAAAAAAA"), ("b.log", b"BBBBBBBBBBBBBBBB")];
        let blocks: [(&[u8], usize); 2] = [(&deflated(b"hello\n"), 6), (REPEAT, 6)];
        let cab = cabinet(1, &blocks, &[("a", 0, 6, 0), ("b", 6, 6, 0)]);
        for mut archive in [seven_zip(with(EncoderMethod::LZMA2), true, &files), cab] {
            let at = at % archive.len();
            archive[at] = byte;
            let cut = archive.len() - cut % archive.len();
            let seen = visit_with("x", &archive[..cut], Limits::default());
            prop_assert!(seen.files.values().map(Vec::len).sum::<usize>() <= 1 << 20);
        }
    }
}
