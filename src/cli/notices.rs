mod titles;

use super::connection::{ConnectionArgs, PromiseArgs, chance, now};
use super::exit::Usage;
use super::redact::keywords_of;
use super::{Exit, output, say};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use tierline::calendar::utc;
use tierline::connect::{Channel, Config, Sent, Title, Way, begin, look, send, trial};
use tierline::signature::{SignatureSet, Vendor};
use tierline::sla::{Clocks, clocks};
use tierline::store::{Case, NewNotice, NoticeState, Store};
use titles::title;

/// Tells the partner's own people by mail or webhook of new and critical cases and of clocks that are near their end.
///
/// `[notices.NAME]` in the configuration says who is told of what. `watch` does so by itself; `notices run` once. A notice is written
/// down before it is sent, and sent once; one that does not go through is tried again, later each time, and one that the receiver
/// refuses for a day is given up (`notices list` shows it, `notices retry` sends it). Titles are redacted.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct NoticesArgs {
    #[command(subcommand)]
    command: NoticesCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline notices test
  tierline notices run --dry-run
  tierline notices run
  tierline notices list
  tierline notices retry

Exit codes: 0 done, 1 failed, 2 wrong usage or a mistake in the configuration, 5 something waits or was refused.";

#[derive(Debug, Subcommand)]
enum NoticesCommand {
    /// Writes down what is to be told, and sends what is due.
    Run(RunArgs),
    /// Lists the notices with their state.
    List(ListArgs),
    /// Sends at once what was refused or waits: one notice, or all.
    Retry(RetryArgs),
    /// Sends a test to everybody, or to those of one channel.
    Test(TestArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  tierline notices run
  tierline notices run --dry-run --config config.toml --store cases.db";

#[derive(Debug, clap::Args)]
#[command(after_help = RUN_EXAMPLES, after_long_help = RUN_EXAMPLES)]
struct RunArgs {
    /// Prints what is to be sent now, and sends nothing. What is new is written down all the same.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    promises: PromiseArgs,
}

const LIST_EXAMPLES: &str = "\
Examples:
  tierline notices list
  tierline notices list -o json";

#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLES, after_long_help = LIST_EXAMPLES)]
struct ListArgs {
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

const RETRY_EXAMPLES: &str = "\
Examples:
  tierline notices retry
  tierline notices retry 3";

#[derive(Debug, clap::Args)]
#[command(after_help = RETRY_EXAMPLES, after_long_help = RETRY_EXAMPLES)]
struct RetryArgs {
    /// The notice, by its number in the list; all that were refused or wait, if none is named.
    #[arg(value_name = "ID")]
    id: Option<i64>,
    #[command(flatten)]
    promises: PromiseArgs,
}

const TEST_EXAMPLES: &str = "\
Examples:
  tierline notices test
  tierline notices test oncall --dry-run";

#[derive(Debug, clap::Args)]
#[command(after_help = TEST_EXAMPLES, after_long_help = TEST_EXAMPLES)]
struct TestArgs {
    /// The channel; all, if none is named.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Prints what would be sent, and sends nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &NoticesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        NoticesCommand::Run(args) => run_once(args),
        NoticesCommand::List(args) => list(args),
        NoticesCommand::Retry(args) => retry(args),
        NoticesCommand::Test(args) => test(args),
    }
}

/// Everything that notices need, read once.
pub(super) struct Notices {
    config: Arc<Config>,
    channels: Vec<Channel>,
    ways: BTreeMap<String, Way>,
    vendors: Vec<Vendor>,
}

impl Notices {
    /// Those of a configuration; mistakes in it are told now.
    pub(super) fn new(config: Arc<Config>, signatures: &[PathBuf]) -> anyhow::Result<Notices> {
        let wrong = |error: tierline::connect::ConfigError| Usage(format!("failed to use the notices: {error}"));
        let channels = config.channels().map_err(wrong)?;
        config.check_keywords().map_err(wrong)?;
        let variable = |name: &str| env::var(name).ok();
        let mut ways = BTreeMap::new();
        for channel in &channels {
            ways.insert(channel.name.clone(), config.way(channel, &variable).map_err(wrong)?);
        }
        let set = SignatureSet::load(true, signatures);
        let set = set.map_err(|error| Usage(format!("failed to read the signatures: {error}")))?;
        config.check_vendors(set.vendors()).map_err(wrong)?;
        Ok(Notices { config, channels, ways, vendors: set.vendors().to_vec() })
    }

    /// From now on there is something to tell.
    pub(super) fn begin(&self, store: &Store) -> anyhow::Result<()> {
        begin(store, &self.channels, now())?;
        Ok(())
    }

    /// Writes down what is to be told.
    pub(super) fn look(&self, store: &Store) -> anyhow::Result<Vec<NewNotice>> {
        let (at, trouble) = (now(), RefCell::new(None));
        let title = |case: &Case| match keywords_of(&self.config, &case.customer) {
            Ok(keywords) => title(case, &keywords),
            Err(error) => {
                trouble.borrow_mut().get_or_insert(error);
                Title::Withheld
            }
        };
        let new = look(store, &self.channels, &|case| self.clocks(case, at), &title, at)?;
        // Those of other customers are written down.
        trouble.into_inner().map_or(Ok(new), Err)
    }

    /// Sends what is due.
    pub(super) fn send(&self, store: &Store) -> anyhow::Result<Sent> {
        let mut sender = |notice: &NewNotice| match self.ways.get(&notice.channel) {
            Some(way) => way.tell(notice),
            None => Err(tierline::connect::Failure::Busy {
                why: format!("the configuration has no channel `{}`", notice.channel),
                after: None,
            }),
        };
        Ok(send(store, &mut sender, &now, &chance)?)
    }

    /// The clocks of a case. A contract or profile with a mistake has none here; `case due` tells it.
    fn clocks(&self, case: &Case, now: i64) -> Clocks {
        let contract = self.config.contract(&case.customer).ok().flatten();
        let vendor = case.vendor.as_deref().and_then(|name| self.vendors.iter().find(|it| it.is_called(name)));
        let is_desk = |tracker: &str, vendor: &Vendor| self.config.is_desk_of(tracker, vendor);
        clocks(case, contract.as_ref(), vendor, &is_desk, now).unwrap_or_default()
    }
}

fn run_once(args: &RunArgs) -> anyhow::Result<Exit> {
    let store = args.promises.connection.store()?;
    let notices = Notices::new(Arc::new(args.promises.connection.config()?), &args.promises.signatures)?;
    // What is written down already is sent all the same.
    let trouble = notices.look(&store).err();
    if args.dry_run {
        let due = store.due_notices(now())?;
        let shown = |it: &tierline::store::Notice| notices.ways.get(&it.told.channel).map(|way| way.dry_run(&it.told));
        let mut text: Vec<String> = due.iter().filter_map(shown).collect();
        text.push(format!("{} notices would be sent\n", text.len()));
        output::print(text.join("\n").as_bytes())?;
        return Ok(Exit::Done);
    }
    let exit = sent(&notices, &store)?;
    trouble.map_or(Ok(exit), Err)
}

fn retry(args: &RetryArgs) -> anyhow::Result<Exit> {
    let store = args.promises.connection.store()?;
    let notices = Notices::new(Arc::new(args.promises.connection.config()?), &args.promises.signatures)?;
    if store.retry_notices(args.id, now())? == 0
        && let Some(id) = args.id
    {
        return Err(Usage(format!("notice {id} was neither refused nor waits")).into());
    }
    sent(&notices, &store)
}

/// Sends what is due, and tells what came of it.
fn sent(notices: &Notices, store: &Store) -> anyhow::Result<Exit> {
    let sent = notices.send(store)?;
    let text = format!("{} sent, {} wait, {} refused\n", sent.sent, sent.waiting, sent.refused);
    output::print(text.as_bytes())?;
    Ok(if sent.waiting + sent.refused > 0 { Exit::Pending } else { Exit::Done })
}

fn list(args: &ListArgs) -> anyhow::Result<Exit> {
    let notices = args.connection.store()?.notices()?;
    if args.output == Format::Json {
        let all = notices.iter().map(|it| {
            json!({
                "id": it.id, "case": it.told.case, "channel": it.told.channel, "recipient": it.told.recipient,
                "about": it.told.about, "subject": it.told.subject, "state": it.state.name(), "attempts": it.attempts,
                "due": utc(it.due), "reason": it.reason, "created": utc(it.created), "changed": utc(it.changed),
            })
        });
        output::print(format!("{:#}\n", Value::Array(all.collect())).as_bytes())?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for it in &notices {
        let to = if it.told.recipient.is_empty() { "its receiver" } else { &it.told.recipient };
        let line = format!(
            "{} {} {:8} {} to {to}: {}",
            it.id,
            utc(it.changed),
            it.state.name(),
            it.told.channel,
            it.told.subject
        );
        text.push_str(&tierline::report::one_line(&line));
        if let Some(reason) = it.reason.as_ref().filter(|_| it.state != NoticeState::Sent) {
            text.push_str(&format!(" ({}", tierline::report::one_line(reason)));
            if it.state == NoticeState::Waiting {
                text.push_str(&format!("; tried again at {}", utc(it.due)));
            }
            text.push(')');
        }
        text.push('\n');
    }
    if notices.is_empty() {
        text.push_str("There are no notices.\n");
    }
    let refused = notices.iter().filter(|it| it.state == NoticeState::Refused).count();
    if refused > 0 {
        text.push_str(&format!(
            "{refused} refused for a day and given up: `tierline notices retry` sends them again\n"
        ));
    }
    output::print(text.as_bytes())?;
    Ok(Exit::Done)
}

fn test(args: &TestArgs) -> anyhow::Result<Exit> {
    let notices = Notices::new(Arc::new(args.connection.config()?), &[])?;
    let wanted = |it: &&Channel| args.name.as_ref().is_none_or(|name| *name == it.name);
    let channels: Vec<&Channel> = notices.channels.iter().filter(wanted).collect();
    if channels.is_empty() {
        return Err(Usage("the configuration has no such `[notices.NAME]`".to_owned()).into());
    }
    let mut exit = Exit::Done;
    for channel in channels {
        let Some(way) = notices.ways.get(&channel.name) else { continue };
        for recipient in &channel.recipients {
            let notice = trial(&channel.name, recipient, now());
            let to = if recipient.is_empty() { "its receiver" } else { recipient };
            let line = match args.dry_run {
                true => way.dry_run(&notice),
                false => match way.tell(&notice) {
                    Ok(()) => format!("{}: sent to {to}\n", channel.name),
                    Err(failure) => {
                        say(&format!("{}: {to}: {}", channel.name, failure.why()));
                        exit = Exit::Pending;
                        continue;
                    }
                },
            };
            output::print(line.as_bytes())?;
        }
    }
    Ok(exit)
}
