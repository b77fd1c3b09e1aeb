//! `tierline case`: one file per group of subcommands, and what they share.

mod assign;
mod close;
mod due;
mod filed;
mod list;
mod logs;
mod note;
mod open;
mod promises;
mod refresh;
mod reply;
mod resolve;
mod search;
mod set;
mod show;
mod shown;
mod suppress;

pub(super) use filed::FiledArgs;

use super::connection::{StoreArgs, now};
use super::exit::Usage;
use super::{Exit, say};
use clap::{Subcommand, ValueEnum};
use promises::Promises;
use std::env;
use std::io::Read;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::SignatureSet;
use tierline::store::{Case, Store, UNASSIGNED};

/// Keeps the cases of customers: what came in, what was tried, who has answered, what is due.
///
/// A case is opened when somebody calls or writes, or by itself with the first package that is submitted. `escalate --case ID` makes
/// a package part of it. Each case has two clocks: that of the contract with the customer, which rests while the customer has to
/// bring something, and that of the vendor's promise, which runs from the ticket to the vendor's answer.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(super) struct CaseArgs {
    #[command(subcommand)]
    command: CaseCommand,
}

const EXAMPLES: &str = "\
Examples:
  tierline case open 'backups of the file server fail' --customer acme --by phone --severity high
  tierline case list
  tierline case search 0x80070005
  tierline case due
  tierline case tried 7 'restarted the backup service'
  tierline case note 7 'send the logs of the proxy too' --vendor --waits
  tierline case assign 7 jo
  tierline case set 7 --severity critical
  tierline case reply 7
  tierline case close 7 --fixed-by 'KB1234'

Exit codes: 0 done, 1 failed or no such case, 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum CaseCommand {
    /// Opens a case. Prints its number.
    Open(open::OpenArgs),
    /// Lists the cases.
    List(list::ListArgs),
    /// Searches what was found in the logs of all cases.
    Search(search::SearchArgs),
    /// Shows a case: its clocks, tickets, logs, and what happened.
    Show(show::ShowArgs),
    /// Notes a step that was tried without success: the next package tells it, and the gate no longer asks for it.
    Tried(note::TriedArgs),
    /// Notes what somebody said. An answer of the vendor stops its clock.
    Note(note::NoteArgs),
    Reply(reply::ReplyArgs),
    Resolve(resolve::ResolveArgs),
    /// Gives a case to somebody.
    Assign(assign::AssignArgs),
    /// Takes a case from whoever works on it.
    Unassign(assign::UnassignArgs),
    /// Corrects what is known of a case: its severity, contact, vendor, product, and whose it is if nobody has said so.
    Set(set::SetArgs),
    /// Problems that are to open no cases, with a reason and a last day.
    Suppress(suppress::SuppressArgs),
    /// Closes a case.
    Close(close::CloseArgs),
    /// Opens a closed case again.
    Reopen(close::ReopenArgs),
    /// Lists what is due next, by the contracts with customers and the promises of vendors.
    Due(due::DueArgs),
    /// Reads the state of tickets from their trackers.
    Refresh(refresh::RefreshArgs),
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(args: &CaseArgs) -> anyhow::Result<Exit> {
    match &args.command {
        CaseCommand::Open(args) => open::run(args),
        CaseCommand::List(args) => list::run(args),
        CaseCommand::Search(args) => search::run(args),
        CaseCommand::Show(args) => show::run(args),
        CaseCommand::Tried(args) => note::run_tried(args),
        CaseCommand::Note(args) => note::run(args),
        CaseCommand::Reply(args) => reply::run(args),
        CaseCommand::Resolve(args) => resolve::run(args),
        CaseCommand::Assign(args) => assign::run(args),
        CaseCommand::Unassign(args) => assign::run_unassign(args),
        CaseCommand::Set(args) => set::run(args),
        CaseCommand::Suppress(args) => suppress::run(args),
        CaseCommand::Close(args) => close::run(args),
        CaseCommand::Reopen(args) => close::run_reopen(args),
        CaseCommand::Due(args) => due::run(args),
        CaseCommand::Refresh(args) => refresh::run(args),
    }
}

/// The words of a person, which may not be missing.
fn words(text: &str, what: &str) -> anyhow::Result<String> {
    /// An answer of a vendor has a few kilobytes.
    const LONGEST: u64 = 1 << 20;
    let mut read = String::new();
    if text == "-" {
        std::io::stdin().take(LONGEST).read_to_string(&mut read)?;
    } else {
        read.push_str(text);
    }
    if read.trim().is_empty() {
        return Err(Usage(format!("{what} is empty")).into());
    }
    Ok(read)
}

/// Whether somebody has said whose case it is; says how, if not. The logs of many customers are called unassigned, and what is made of
/// one case for its customer would be for anybody.
fn has_owner(case: &Case) -> bool {
    if case.customer != UNASSIGNED {
        return true;
    }
    let id = case.id;
    say(&format!(
        "refused: case {id} is `{UNASSIGNED}`: say first whose it is, with `tierline case set {id} --customer NAME`"
    ));
    false
}

/// Says so if another customer is called the same in other capitals.
fn tell_namesakes(store: &Store, case: i64, customer: &str) -> anyhow::Result<()> {
    for name in store.namesakes(customer)? {
        say(&format!("there is a customer `{}`, too: case {case} is of `{}`", one_line(&name), one_line(customer)));
    }
    Ok(())
}

/// The built-in signatures and vendors, and those in folders.
pub(super) fn signatures(folders: &[PathBuf]) -> Result<SignatureSet, Usage> {
    let set = SignatureSet::load(true, folders);
    set.map_err(|error| Usage(format!("failed to read the signatures: {error}")))
}

/// Who writes something down.
pub(super) fn user() -> String {
    named(|name| env::var(name).ok())
}

/// The user's name, by the variables of the system. A service often has a user that is called like the program, which writes under that
/// name what no person has done: what a person says under it is to be told from that.
fn named(variable: impl Fn(&str) -> Option<String>) -> String {
    const PROGRAM: &str = "tierline";
    let first = |names: &[&str]| names.iter().filter_map(|it| variable(it)).find(|it| !it.is_empty());
    let name = first(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".to_owned());
    if name != PROGRAM {
        return name;
    }
    first(&["SUDO_USER"]).filter(|it| it != PROGRAM).unwrap_or_else(|| format!("user {PROGRAM}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_from_the_program() {
        let of = |all: &[(&str, &str)]| named(|name| all.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()));
        assert_eq!(of(&[("USER", ""), ("LOGNAME", "jo")]), "jo");
        assert_eq!(of(&[]), "unknown");
        assert_eq!(of(&[("USER", "tierline"), ("SUDO_USER", "jo")]), "jo");
        assert_eq!(of(&[("USER", "root"), ("SUDO_USER", "jo")]), "root");
        assert_eq!(of(&[("USER", "tierline")]), "user tierline");
    }
}
