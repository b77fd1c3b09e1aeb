//! Where results go: `-o FORMAT[=FILE]`, standard output, files.

use anyhow::Context;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// One `-o`: a format, and a file unless it goes to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output<F> {
    pub(super) format: F,
    pub(super) file: Option<PathBuf>,
}

impl<F: clap::ValueEnum> Output<F> {
    /// Reads `FORMAT` or `FORMAT=FILE`; `-` is standard output.
    pub(super) fn parse(argument: &str) -> Result<Output<F>, String> {
        let (format, file) = match argument.split_once('=') {
            Some((_, "")) => return Err("no file name after `=`".into()),
            Some((format, file)) => (format, Some(file).filter(|file| *file != "-").map(PathBuf::from)),
            None => (argument, None),
        };
        let format = F::from_str(format, false).map_err(|_| {
            let names = F::value_variants().iter().filter_map(F::to_possible_value);
            let names: Vec<String> = names.map(|it| it.get_name().to_string()).collect();
            format!("unknown format `{format}`; known are {}", names.join(", "))
        })?;
        Ok(Output { format, file })
    }
}

/// Writes to standard output. A reader that went away (`| head`) has all it wants: no error.
pub(super) fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    unless_closed(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// As [`print`], for text with ANSI colours; old Windows consoles are called in their own way.
pub(super) fn print_colored(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::AutoStream::always(io::stdout().lock());
    unless_closed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

fn unless_closed(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("failed to write to standard output"),
    }
}

/// Writes a file that is complete or not there.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = Sink::file(path).and_then(|mut sink| sink.write_all(bytes).and_then(|()| sink.finish()));
    written.with_context(|| format!("failed to write `{}`", path.display()))
}

/// Writes texts one after the other, to a file that is complete or not there, or to standard output.
pub(super) fn write_all(file: Option<&Path>, texts: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let write = |sink: Sink| {
        let mut out = BufWriter::with_capacity(1 << 16, sink);
        for text in texts {
            out.write_all(text.as_bytes())?;
        }
        out.into_inner().map_err(io::IntoInnerError::into_error).and_then(Sink::finish)
    };
    match file {
        Some(path) => Sink::file(path).and_then(write).with_context(|| format!("failed to write `{}`", path.display())),
        None => unless_closed(write(Sink::Stdout(io::stdout()))),
    }
}

/// Where a result is written while it is made.
pub(super) enum Sink {
    /// Standard output.
    Stdout(io::Stdout),
    /// A temporary file beside the target, which it replaces at the end. It vanishes if the end is not reached.
    Temporary { file: tempfile::NamedTempFile, target: PathBuf },
    /// A device or a named pipe.
    Device(File),
}

impl Sink {
    /// Opens a file for writing. A device or named pipe is written to directly, and a link is followed: neither may be
    /// replaced by a file.
    pub(super) fn file(path: &Path) -> io::Result<Sink> {
        let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        match target.metadata() {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::from(ErrorKind::IsADirectory)),
            Ok(metadata) if !metadata.is_file() => OpenOptions::new().write(true).open(&target).map(Sink::Device),
            _ => Ok(Sink::Temporary { file: temporary_beside(&target)?, target }),
        }
    }

    /// Makes the result visible.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match self {
            Sink::Temporary { file, target } => file.persist(target).map(drop).map_err(|error| error.error),
            Sink::Stdout(_) | Sink::Device(_) => Ok(()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(stdout) => stdout.write(bytes),
            Sink::Temporary { file, .. } => file.write(bytes),
            Sink::Device(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(stdout) => stdout.flush(),
            Sink::Temporary { file, .. } => file.flush(),
            Sink::Device(file) => file.flush(),
        }
    }
}

pub(super) fn temporary_beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = target.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tierline-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file; the umask takes away what the user does not want.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The terminal's width within the limits of what can be read well.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 120))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
    enum Format {
        Text,
        Json,
    }

    #[track_caller]
    fn check(argument: &str, expected: Result<(Format, Option<&str>), &str>) {
        let expected = expected.map(|(format, file)| Output { format, file: file.map(PathBuf::from) });
        assert_eq!(Output::<Format>::parse(argument), expected.map_err(str::to_string));
    }

    #[test]
    fn an_output_is_a_format_and_perhaps_a_file() {
        check("text", Ok((Format::Text, None)));
        check("json=-", Ok((Format::Json, None)));
        check("json=a=b.json", Ok((Format::Json, Some("a=b.json"))));
        check("json=", Err("no file name after `=`"));
        check("yaml=x", Err("unknown format `yaml`; known are text, json"));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_no_temporary_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_file(&path, b"a long first version").unwrap();
        write_file(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_file(folder.path(), b"x").unwrap_err();
        assert!(error.to_string().starts_with("failed to write `"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
    }
}
