mod beside;
mod package;

use super::catalogues::Catalogues;
use super::connection::ConnectionArgs;
use super::exit::Usage;
use super::{Exit, decode, output, panic, say};
use beside::Beside;
use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tierline::bundle::Helper;
use tierline::watch::{
    Around, Examined, Program, Settings, Step, Task, WatchError, catalogue_name, claim, examine, watch,
};

/// Watches drop folders: what is uploaded is read once it is complete, reported beside it, and filed as a case.
///
/// Files directly in DIR belong to the customer `unassigned`, files in DIR/NAME/ to the customer NAME. An upload is complete when
/// it has been at rest for a while and its format is whole, or at once when it is renamed to its name or NAME.done is there. Names
/// of unfinished uploads (.part, .tmp, .filepart, .crdownload, hidden files) are left alone until they are renamed. The report of
/// case.zip is in case.zip.tierline/. The same content of a customer is read once, and again only with other signatures. What
/// cannot be read is given up with the reason beside it (quarantined.txt), and the watch goes on. It may be ended, or killed, at any
/// time, and goes on where it was. As the configuration says (`[notices.NAME]`, `[[policy.rules]]` with a `vendor`), people are told of
/// cases, and packages for vendors are made and put into the outbox.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct WatchArgs {
    /// The folders.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// How long a file has to be at rest [default: 5; 60 on network file systems].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    settle: Option<Duration>,
    /// A file whose end is missing, or that the system refuses to read, is given up after HOURS at rest.
    #[arg(long, value_name = "HOURS", default_value = "24", value_parser = hours)]
    give_up: Duration,
    /// A file that has ended its reader N times is given up.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    tries: u32,
    /// A bundle is stopped after SECONDS, which counts as a failure [default: 60, and 3 more for each MiB].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<Duration>,
    /// How many bundles are read at the same time.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Reads what is there, and ends. What is still being uploaded is left.
    #[arg(long)]
    once: bool,
    /// Looks at the folders often instead of being told of changes, as on network file systems.
    #[arg(long)]
    poll: bool,
    /// Pauses while less than MIB are free on the disk [default: 1024, on small disks a fiftieth of it].
    #[arg(long, value_name = "MIB")]
    min_free: Option<u64>,
    /// Removes bundles that were read more than DAYS ago, with their reports [default: keeps them].
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,
    /// Where the heartbeat and the counts are written, as JSON, or for Prometheus if the name ends with `.prom` [default: the
    /// store's name and `.watch.json`].
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    #[command(flatten)]
    catalogues: Catalogues,
}

const EXAMPLES: &str = "\
Examples:
  tierline watch /srv/uploads --store cases.db
  tierline watch /srv/uploads /mnt/share --store cases.db --settle 30
  tierline watch /srv/uploads --store cases.db --config config.toml
  tierline watch /srv/uploads --store cases.db --once
  tierline watch /srv/uploads --store cases.db --keep-days 90 --metrics /var/lib/node_exporter/tierline.prom
  tierline case list --store cases.db

Exit codes: 0 ended, 1 failed, 2 wrong usage, 4 with --once: something is left or was given up.";

/// Reads bundles for `watch`: a job is a line, and so is what came of it.
#[derive(Debug, clap::Args)]
pub(super) struct ReadBundlesArgs {
    #[command(flatten)]
    catalogues: Catalogues,
}

/// What stands before the signatures when `watch` calls this program.
pub(super) const SUBCOMMAND: &str = "read-bundles";

fn seconds(text: &str) -> Result<Duration, String> {
    number(text, 1.0)
}

fn hours(text: &str) -> Result<Duration, String> {
    number(text, 3600.0)
}

fn number(text: &str, unit: f64) -> Result<Duration, String> {
    let number = text.parse::<f64>().ok().map(|it| it * unit).filter(|it| (0.0..=1e9).contains(it));
    number.map(Duration::from_secs_f64).ok_or_else(|| "a number is wanted".to_owned())
}

pub(super) fn run(args: &WatchArgs) -> anyhow::Result<Exit> {
    for dir in &args.dirs {
        if !dir.is_dir() {
            return Err(Usage(format!("`{}`: no such folder", dir.display())).into());
        }
    }
    // What is wrong with them is told now; the readers load them again.
    let set = args.catalogues.load()?;
    let catalogue = catalogue_name(&set);
    let store = args.connection.store_path()?;
    let metrics = args.metrics.clone().unwrap_or_else(|| {
        let mut name = store.file_name().unwrap_or_default().to_owned();
        name.push(".watch.json");
        store.with_file_name(name)
    });
    let mut arguments = vec![OsString::from(SUBCOMMAND)];
    arguments.extend(args.catalogues.arguments());
    let program = Program { path: std::env::current_exe()?, arguments, time_limit: args.time_limit };
    let settings = Settings {
        folders: args.dirs.clone(),
        store,
        machine: machine(),
        settle: args.settle,
        give_up: args.give_up,
        tries: args.tries,
        poll: args.poll,
        once: args.once,
        jobs: args.jobs.into(),
        least_free: args.min_free.map(|mib| mib.saturating_mul(1 << 20)),
        keep_days: args.keep_days,
        metrics,
        program,
        catalogue,
    };
    let (config, dirs) = (args.connection.config_if_any()?, args.catalogues.dirs().to_vec());
    let mut beside = Beside::new(config, settings.store.clone(), &args.dirs, dirs, settings.least_free, &set)?;
    drop(set);
    let stop = Arc::new(AtomicBool::new(false));
    end_on_signal(Arc::clone(&stop))?;
    // Kept until the end: nobody is erased while packages and notices of them are made.
    let mut claimed = match claim(&settings) {
        Err(error @ (WatchError::Folder { .. } | WatchError::Nested { .. } | WatchError::Inside { .. })) => {
            return Err(Usage(chain(&error)).into());
        }
        claimed => claimed?,
    };
    beside.as_ref().map(|it| it.begin()).transpose()?;
    // With --once it is done at the end.
    let own = if args.once { None } else { beside.take() };
    let running = own.map(|it| it.start(&stop)).transpose()?;
    let around = Around { say: &say, stop: &stop, step: &fault };
    let totals = watch(&mut claimed, &settings, &around);
    if let Some(running) = running {
        running.end();
    }
    if let Some(beside) = &mut beside {
        beside.pass(&stop);
    }
    if args.once {
        let text = format!(
            "{} read, {} read before, {} given up, {} left\n",
            totals.read, totals.same, totals.quarantined, totals.left
        );
        output::print(text.as_bytes())?;
        if totals.quarantined + totals.left > 0 {
            return Ok(Exit::Partial);
        }
    }
    Ok(Exit::Done)
}

/// What this machine is called.
fn machine() -> String {
    let name = match cfg!(target_os = "linux") {
        true => std::fs::read_to_string("/proc/sys/kernel/hostname").ok(),
        false => ["COMPUTERNAME", "HOSTNAME"].iter().find_map(|it| std::env::var(it).ok()),
    };
    name.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).unwrap_or_else(|| "another machine".to_owned())
}

fn chain(error: &WatchError) -> String {
    let source = std::error::Error::source(error).map(|it| format!(": {it}"));
    format!("{error}{}", source.unwrap_or_default())
}

/// Notes it when the system, a person at the terminal or the service manager wants the program to end.
fn end_on_signal(stop: Arc<AtomicBool>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    // Here and not in the thread: a signal that comes at once must not be missed.
    let _entered = runtime.enter();
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    drop(_entered);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            #[cfg(unix)]
            {
                let (mut terminate, mut interrupt) = signals;
                std::future::poll_fn(|context| match terminate.poll_recv(context) {
                    std::task::Poll::Pending => interrupt.poll_recv(context),
                    ready => ready,
                })
                .await;
            }
            // Where nobody tells, the program is ended as any other.
            #[cfg(not(unix))]
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            stop.store(true, Ordering::Relaxed);
        });
    })?;
    Ok(())
}

/// Reads bundles until there are no more lines, or the parent has gone.
pub(super) fn read_bundles(args: &ReadBundlesArgs) -> anyhow::Result<Exit> {
    limit();
    let set = args.catalogues.load()?;
    let helper = std::env::current_exe().ok().map(|it| Helper::new(it, vec![decode::SUBCOMMAND.to_owned()]));
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("jobs".to_owned()).spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
        // The parent has ended or was killed: what is being read is nobody's any more.
        std::process::exit(0);
    })?;
    let mut stdout = io::stdout().lock();
    let mut write = |line: &str| stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
    write(&format!("{}\n", catalogue_name(&set)))?;
    while let Ok(line) = lines.recv() {
        let Some(job) = Task::of_line(&line) else { return Err(Usage("no job".to_owned()).into()) };
        crash(&job.path);
        let work = || examine(&job, &set, helper.as_ref());
        let examined = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        let examined = examined.unwrap_or_else(|_| Examined::Failed {
            why: format!("an error of ours; {}", panic::HINT.replace("run again", "`tierline triage` it")),
        });
        write(&examined.to_line())?;
    }
    Ok(Exit::Done)
}

/// The memory of a process that reads logs.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 4 << 30;

/// Bounds the memory of a process that makes a package.
fn limit_child(child: &std::process::Child) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let most = Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
        // Without it the bundle's own limits hold.
        let _ = prlimit(Some(Pid::from_child(child)), Resource::Data, most);
        let _ = std::fs::write(format!("/proc/{}/oom_score_adj", child.id()), "500");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = child;
}

/// Bounds what this process may take: a bundle that would need more ends it, and nothing else.
fn limit() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let bound = |resource, most: u64| {
            let maximum = getrlimit(resource).maximum.map_or(most, |it| it.min(most));
            // Without it the bundle's own limits hold.
            let _ = setrlimit(resource, Rlimit { current: Some(maximum), maximum: Some(maximum) });
        };
        bound(Resource::Data, MEMORY);
        bound(Resource::Core, 0);
        // If memory is short it is this process that has to go, not its parent.
        let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    }
}

/// Where a test has the disk fail or this process killed: `TIERLINE_FAULT=watch-full:9` fails the first nine points of the work as a
/// full disk would, `watch-kill:publish:3` kills it when that point is reached for the third time. Only builds for tests know it.
fn fault(step: Step) -> io::Result<()> {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU64;
    static FULL: AtomicU64 = AtomicU64::new(0);
    static SEEN: Mutex<[u64; Step::ALL.len()]> = Mutex::new([0; Step::ALL.len()]);
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let Ok(fault) = std::env::var("TIERLINE_FAULT") else { return Ok(()) };
    let mut words = fault.split(':');
    match (words.next(), words.next()) {
        (Some("watch-full"), Some(count))
            if FULL.fetch_add(1, Ordering::Relaxed) < count.parse().unwrap_or_default() =>
        {
            // ENOSPC, and ERROR_DISK_FULL.
            Err(io::Error::from_raw_os_error(if cfg!(windows) { 112 } else { 28 }))
        }
        (Some("watch-kill"), Some(name)) if name == step.name() => {
            let mut seen = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let at = Step::ALL.iter().position(|it| *it == step).and_then(|at| seen.get_mut(at));
            let is_now = at.is_some_and(|count| {
                *count += 1;
                Some(*count) == words.next().and_then(|it| it.parse().ok())
            });
            if is_now {
                kill();
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A bundle that ends its reader, for tests.
fn crash(path: &std::path::Path) {
    if cfg!(debug_assertions) && std::env::var("TIERLINE_FAULT").is_ok_and(|it| it == "watch-crash") {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match name.split('.').next() {
            Some("abort") => std::process::abort(),
            Some("kill") => kill(),
            Some("hang") => std::thread::sleep(Duration::from_secs(3600)),
            _ => {}
        }
    }
}

fn kill() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort();
}
