//! Bundles built in memory, written to a temporary folder and visited: what the visitor sees, and what is reported.

mod archives;
mod damage;
mod disk;
mod foreign_archives;
mod limits;
mod packages;
mod rotated;
mod tar_variants;
mod worst;

use super::{Bundle, Content, Limits, ProblemKind, Visited};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::Mutex;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn gzip_named(name: &str, content: &[u8]) -> Vec<u8> {
    let builder = flate2::GzBuilder::new().filename(name).mtime(1_700_000_000);
    let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

/// `printf 'hello\n' | xz -C crc32`; the encoder is not part of our build.
const XZ_HELLO: &[u8] =
    b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\0\x21\x01\x16\0\0\0\x74\x2f\xe5\xa3\x01\0\x05hello\n\0\0\0\
    \x20\x30\x3a\x36\0\x01\x1a\x06\xc5\xea\xc8\x79\x90\x42\x99\x0d\x01\0\0\0\0\x01YZ";

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(1_600_000_000);
        header.set_cksum();
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(::zip::CompressionMethod::Deflated, files)
}

fn zip_with(method: ::zip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What a visitor saw: content by path, and the rest.
struct Seen {
    files: BTreeMap<String, Vec<u8>>,
    visited: Visited,
}

impl Seen {
    fn problems(&self) -> Vec<(&str, &str)> {
        self.visited.problems.iter().map(|problem| (&*problem.file, problem.kind.name())).collect()
    }
}

fn visit_paths(paths: &[PathBuf], limits: Limits) -> Seen {
    let bundle = Bundle::open(paths, limits).unwrap();
    let files = Mutex::new(BTreeMap::new());
    let visited = bundle.visit(&|entry| {
        let content = read(entry.content);
        files.lock().unwrap().insert(entry.path.to_string(), content);
    });
    assert_eq!(bundle.bytes_read(), bundle.bytes());
    Seen { files: files.into_inner().unwrap(), visited }
}

fn read(content: Content<'_>) -> Vec<u8> {
    match content {
        Content::Mapped(bytes) => bytes.to_vec(),
        Content::Stream(stream) => {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        }
    }
}

fn visit_with(name: &str, content: &[u8], limits: Limits) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    visit_paths(&[path], limits)
}

/// Checks what a visitor sees of one file, and which problems are reported.
#[track_caller]
fn check(name: &str, content: &[u8], files: &[(&str, &[u8])], problems: &[(&str, &str)]) -> Visited {
    check_with(name, content, Limits::default(), files, problems)
}

#[track_caller]
fn check_with(
    name: &str,
    content: &[u8],
    limits: Limits,
    files: &[(&str, &[u8])],
    problems: &[(&str, &str)],
) -> Visited {
    let seen = visit_with(name, content, limits);
    let found: Vec<(&str, &[u8])> = seen.files.iter().map(|(path, content)| (path.as_str(), &**content)).collect();
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), files.iter().map(|it| it.0).collect::<Vec<_>>());
    assert!(found == files, "contents differ");
    assert_eq!(seen.problems(), problems, "{:?}", seen.visited.problems);
    seen.visited
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8 | 1
    };
    (0..bytes).map(next).collect()
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// A zip as programs write it that cannot seek: the sizes come after the data.
fn streamed_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new_stream(Vec::new());
    let options = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip with one member whose packed form is given.
fn zip_of_method(method: u16, flags: u16, packed: &[u8], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let mut common = Vec::new();
    common.extend([20, 0]);
    common.extend(flags.to_le_bytes());
    common.extend(method.to_le_bytes());
    common.extend([0, 0, 0x21, 0]);
    common.extend(crc.sum().to_le_bytes());
    common.extend((packed.len() as u32).to_le_bytes());
    common.extend((content.len() as u32).to_le_bytes());
    common.extend([5, 0, 0, 0]);
    let local = [b"PK\x03\x04", &common[..], b"a.log", packed].concat();
    let central = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], b"a.log"].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((central.len() as u32).to_le_bytes());
    end.extend((local.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [local, central, end].concat()
}
