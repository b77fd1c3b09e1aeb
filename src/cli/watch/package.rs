//! A package for a vendor, made of a bundle by this program in a process of its own, and put into the outbox.

use crate::cli::connection::now;
use crate::cli::redact::{Customer, keywords_of};
use crate::cli::submit::{sealed, with_claim};
use anyhow::{Context, bail};
use serde_json::Value;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tierline::connect::{Config, Decision, Package};
use tierline::escalate::Manifest;
use tierline::private;
use tierline::redact::LeakScan;
use tierline::store::{APPROVAL, Claim, FiledBundle, Store};
use tierline::watch::{Made, Wanted, take};

/// After so long a package is given up.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How the program ends if it was called wrongly.
const WRONG_USAGE: i32 = 2;

/// Where packages are made, and how.
pub(super) struct Packages {
    config: Arc<Config>,
    store: PathBuf,
    /// The watched folders.
    roots: Vec<PathBuf>,
    /// The folder they are kept in until they are through.
    folder: PathBuf,
    signatures: Vec<PathBuf>,
    /// Bytes that stay free on its disk.
    least_free: Option<u64>,
    program: PathBuf,
}

impl Packages {
    pub(super) fn new(
        config: Arc<Config>,
        store: &Path,
        roots: &[PathBuf],
        signatures: Vec<PathBuf>,
        least_free: Option<u64>,
    ) -> anyhow::Result<Packages> {
        let roots = roots.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
        let store = std::path::absolute(store)?;
        // Hidden: should the store lie in a watched folder, they are no uploads.
        let name = format!(".{}.packages", store.file_name().unwrap_or_default().to_string_lossy());
        let folder = store.with_file_name(name);
        Ok(Packages { config, store, roots, folder, signatures, least_free, program: std::env::current_exe()? })
    }

    /// Makes one; whatever goes wrong is what came of it.
    pub(super) fn make(&self, store: &Store, bundle: &FiledBundle, wanted: &Wanted, stop: &AtomicBool) -> Made {
        let out = self.folder.join(format!("case-{}-bundle-{}", bundle.case, bundle.id));
        let made = self.made(store, bundle, wanted, &out, stop);
        if stop.load(Ordering::Relaxed) && made.is_err() {
            return Made::Later;
        }
        if !matches!(made, Ok(Made::Queued)) {
            // It is in nobody's way, and nobody takes it for one that was sent.
            let _ = fs::remove_dir_all(&out);
        }
        made.unwrap_or_else(|error| Made::Again(format!("{error:#}")))
    }

    /// Removes the packages that are through or given up, and what an earlier run has left.
    pub(super) fn sweep(&self, store: &Store) -> anyhow::Result<()> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        let used = store.packages_in_use()?;
        let used: Vec<_> = used.iter().filter_map(|it| Path::new(it).file_name()?.to_str()).collect();
        for entry in entries {
            let entry = entry?;
            // Its encrypted file, too, has its name.
            if used.iter().any(|it| entry.file_name().to_string_lossy().starts_with(it)) {
                continue;
            }
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        Ok(())
    }

    fn made(
        &self,
        store: &Store,
        bundle: &FiledBundle,
        wanted: &Wanted,
        out: &Path,
        stop: &AtomicBool,
    ) -> anyhow::Result<Made> {
        // Without them nothing is made.
        keywords_of(&self.config, &bundle.customer)?;
        // Of an earlier run that was ended. The same package is made again.
        let _ = fs::remove_dir_all(out);
        private::folder(&self.folder).with_context(|| format!("failed to make `{}`", self.folder.display()))?;
        // Whoever uploads may have put something else in its place since, or a link to what another customer has there.
        let copy = tempfile::Builder::new().prefix(".bundle-").tempdir_in(&self.folder)?;
        let taken = match take(&self.roots, bundle, copy.path(), self.least_free, stop) {
            Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(Made::NoRoom),
            taken => taken.context("failed to take the bundle")?,
        };
        let Some(logs) = taken else {
            return Ok(Made::Failed("another file is in the place of the bundle that was read".to_owned()));
        };
        let answer = match self.run(bundle, &logs, wanted, out, stop)? {
            Ok(answer) => answer,
            Err(why) => return Ok(Made::Failed(why)),
        };
        let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
        match answer["result"].as_str() {
            Some("made") => self.queue(store, bundle, wanted, out),
            Some("lacks") if answer["request"].is_string() => Ok(Made::Lacks(text("request"))),
            Some("lacks") => {
                let missing = answer["missing"].as_array().into_iter().flatten().filter_map(Value::as_str);
                Ok(Made::Failed(missing.collect::<Vec<_>>().join("; ")))
            }
            Some("nothing") => Ok(Made::Nothing),
            _ => Ok(Made::Failed(text("why"))),
        }
    }

    /// Has `tierline escalate` make it. That it was called wrongly will not change: a vendor without a profile, a name that is none.
    fn run(
        &self,
        bundle: &FiledBundle,
        logs: &Path,
        wanted: &Wanted,
        out: &Path,
        stop: &AtomicBool,
    ) -> anyhow::Result<Result<Value, String>> {
        let mut command = Command::new(&self.program);
        command.arg("escalate").arg(logs).arg("--vendor").arg(&wanted.order.vendor);
        command.arg("--customer").arg(&bundle.customer).arg("--case").arg(bundle.case.to_string());
        // What we hold of it ends with us, and so does the child, even if we are killed.
        command.arg("--until-stdin-ends").arg("--store").arg(&self.store).arg("--out").arg(out).args([
            "--output",
            "json",
            "--no-progress",
        ]);
        if let Some(contract) = &wanted.order.contract {
            command.arg("--contract").arg(contract);
        }
        if let Some(words) = self.config.keywords(&bundle.customer) {
            command.arg("--keywords").arg(words);
        }
        for finding in &wanted.findings {
            command.arg("--finding").arg(finding);
        }
        for dir in &self.signatures {
            command.arg("--signatures").arg(dir);
        }
        let mut errors = tempfile::tempfile()?;
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors.try_clone()?).spawn()?;
        super::limit_child(&child);
        let (answer, code) = wait(child, stop)?;
        if let Ok(answer) = serde_json::from_slice(&answer) {
            return Ok(Ok(answer));
        }
        // What it has said instead.
        let mut said = String::new();
        std::io::Seek::rewind(&mut errors)?;
        errors.take(4096).read_to_string(&mut said)?;
        match (code, said.trim().trim_start_matches("tierline: ")) {
            (Some(WRONG_USAGE), said) => Ok(Err(said.to_owned())),
            (_, "") => bail!("the program has ended early"),
            (_, said) => bail!("{said}"),
        }
    }

    /// Looks it over as `submit` does, and puts it into the outbox.
    fn queue(&self, store: &Store, bundle: &FiledBundle, wanted: &Wanted, out: &Path) -> anyhow::Result<Made> {
        let tracker = &wanted.order.tracker;
        let package = Package::open(out).context("failed to read the package")?;
        let manifest: Manifest = serde_json::from_slice(&fs::read(out.join("manifest.json"))?)?;
        if manifest.inputs != [Some(bundle.sha256.clone())] {
            bail!("the package is not of the bundle that was read");
        }
        if !package.ticket.finding.as_ref().is_some_and(|it| wanted.findings.contains(it)) {
            bail!("the package is about something else than was wanted");
        }
        let customer = Customer::new(&bundle.customer, None)?;
        let words = keywords_of(&self.config, &bundle.customer)?;
        package.refuse_leaks(&LeakScan::new(&customer.map()?, &words, false)).context("failed to look for leaks")?;
        let package = sealed(&self.config, tracker, package)?;
        let decision = self.config.decide(&package, &bundle.customer, tracker);
        let why = match &decision {
            Decision::Submit { .. } => String::new(),
            Decision::Ask { why } => {
                format!("{APPROVAL} ({why}): `tierline outbox approve` sends it, `outbox drop` gives it up")
            }
        };
        let approved = match &decision {
            Decision::Submit { rule } => Ok(&**rule),
            Decision::Ask { .. } => Err(&*why),
        };
        let queue = |claim: &Claim<'_>| store.queue_escalation(bundle, claim, approved, now());
        Ok(match with_claim(&package, &bundle.customer, tracker, out, queue)?? {
            Some(_) => Made::Queued,
            // Somebody has given the same package up.
            None => Made::Nothing,
        })
    }
}

/// Waits for the end of a process and what it has printed. It is ended when its time is over, or that of this program.
fn wait(mut child: Child, stop: &AtomicBool) -> anyhow::Result<(Vec<u8>, Option<i32>)> {
    const TICK: Duration = Duration::from_millis(50);
    let mut stdout = child.stdout.take().context("no pipe")?;
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        stdout.read_to_end(&mut answer).map(|_| answer)
    });
    let start = Instant::now();
    let end = loop {
        if let Some(status) = child.try_wait()? {
            break Ok(status.code());
        }
        match (stop.load(Ordering::Relaxed), start.elapsed() > LIMIT) {
            (true, _) => break Err("the program was ended"),
            (_, true) => break Err("it has taken too long"),
            _ => std::thread::sleep(TICK),
        }
    };
    let code = match end {
        Ok(code) => code,
        Err(why) => {
            let _ = child.kill();
            let _ = child.wait();
            bail!("{why}");
        }
    };
    let answer = reader.join().map_err(|_| anyhow::anyhow!("nothing was read"))?;
    Ok((answer.context("failed to read what was made")?, code))
}
