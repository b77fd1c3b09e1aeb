//! What a configuration says, and what is wrong about one.

use super::*;
use crate::connect::{Draft, Outgoing};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The tracker of these settings; the token is that of the standard for webhooks, which others take too.
fn tracker(settings: &str) -> Result<Box<dyn Tracker>, ConfigError> {
    let text = format!("[trackers.desk]\n{settings}\ntoken_env = \"TOKEN\"\n");
    let variable = |name: &str| (name == "TOKEN").then(|| SECRET.to_owned());
    Config::parse(Path::new("config.toml"), text)?.tracker("desk", &variable)
}

/// The least that each kind needs, and what it is then.
const KINDS: &[(&str, &str)] = &[
    (
        "kind = 'jira-cloud'\nurl = 'https://x.example/'\nuser = 'desk'\nproject = 'ESC'",
        "https://x.example, project ESC",
    ),
    ("kind = 'jira-data-center'\nurl = 'https://x.example'\nproject = 'ESC'", "https://x.example, project ESC"),
    (
        "kind = 'jira-service-management'\nurl = 'https://x.example'\nservice_desk = '10'\nrequest_type = '25'",
        "https://x.example, service desk 10",
    ),
    ("kind = 'servicenow'\nurl = 'https://x.example'\nuser = 'desk'", "https://x.example, table incident"),
    ("kind = 'zendesk'\nurl = 'https://x.example'\nuser = 'desk@partner.example'", "https://x.example"),
    ("kind = 'salesforce'\nurl = 'https://x.example'\nuser = '3MVG9'", "https://x.example, cases"),
    ("kind = 'gitlab'\nurl = 'https://x.example'\nproject = 'desk/sub/esc'", "https://x.example, project desk/sub/esc"),
    ("kind = 'github'\nurl = 'https://x.example'\nproject = 'desk/esc'", "https://x.example, repository desk/esc"),
    ("kind = 'freshdesk'\nurl = 'https://x.example'\nrequester = 'desk@partner.example'", "https://x.example"),
    (
        "kind = 'zammad'\nurl = 'https://x.example'\nrequester = 'desk@partner.example'\ngroup = 'Desk'",
        "https://x.example, group Desk",
    ),
    ("kind = 'webhook'\nurl = 'https://x.example/hooks/1'", "https://x.example/hooks/1"),
];

#[test]
fn every_kind_is_made_of_its_settings_and_shows_no_secret() {
    let file = Outgoing {
        path: "logs/a.log".into(),
        name: "a.log".into(),
        place: "a.log".into(),
        sha256: "ab".repeat(32),
        bytes: 3,
    };
    let draft = Draft {
        key: "0f".repeat(32),
        subject: "s".into(),
        body: "b".into(),
        mark: "m".into(),
        files: vec![],
        follows: None,
    };
    for (settings, target) in KINDS {
        let tracker = tracker(settings).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(tracker.target(), *target);
        // A webhook is held to its standard; the others are held to what is written about them.
        assert_eq!(tracker.habits().unverified.is_none(), settings.contains("webhook"), "{settings}");
        let shown = tracker.dry_run(&draft, &[vec![file.clone()]]);
        assert!(shown.contains(&draft.key) && !shown.contains("MfKQ9r8G") && !shown.contains("ZGVz"), "{shown}");
    }
}

#[test]
fn numbers_with_which_nothing_could_be_sent_are_refused() {
    let wrong =
        ["timeout_seconds = 0", "timeout_seconds = 9000000000000000000", "settle_seconds = 86401", "request_bytes = 0"];
    for number in wrong {
        let text = format!("[trackers.desk]\nkind = 'rt'\nurl = 'https://x.example'\nqueue = 'q'\n{number}\n");
        let config = Config::parse(Path::new("config.toml"), text).unwrap();
        let error = config.tracker("desk", &|_| None).err().unwrap();
        let field = number.split(' ').next().unwrap();
        assert!(error.line == 5 && error.reason.contains(field), "{error}");
    }
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    let told = |settings: &str, words: &str| {
        let error = tracker(settings).err().unwrap_or_else(|| panic!("{settings} was taken")).to_string();
        assert!(error.contains(words) && !error.contains("MfKQ9r8G"), "{error}");
    };
    told("kind = 'jira-cloud'\nurl = 'https://x.example'", "needs `project`");
    told("kind = 'jira-cloud'\nurl = 'https://x.example'\nproject = 'A\" OR \"B'", "letters, digits and `_` only");
    told("kind = 'jira-cloud'\nurl = 'http://x.example'\nproject = 'ESC'", "line 3: `url` must begin with https://");
    told(
        "kind = 'jira-cloud'\nurl = 'https://x.example'\nproject = 'ESC'\nuser = 'a:b'",
        "line 5: `user` is a name without",
    );
    told("kind = 'jira-cloud'\nurl = 'https://x.example'\ntable = 'incident'", "has no `table`");
    told("kind = 'jira-service-management'\nurl = 'https://x.example'\nservice_desk = '1'", "needs `request_type`");
    told("kind = 'servicenow'\nurl = 'https://x.example'\ntable = 'a/b'", "line 4: `table` of the kind `servicenow`");
    told("kind = 'servicenow'\nurl = 'https://x.example'\nkey_field = 'a^b'", "`key_field` of the kind `servicenow`");
    told("kind = 'zendesk'\nurl = 'https://x.example'\ngroup = 'Desk'", "number of a group");
    told("kind = 'salesforce'\nurl = 'https://x.example'", "needs `user`");
    told("kind = 'github'\nurl = 'https://x.example'\nproject = 'a/../b'", "line 4: `project` is a path");
    told("kind = 'freshdesk'\nurl = 'https://x.example'\nrequester = 'desk'", "line 4: `requester` is no address");
    told("kind = 'zammad'\nurl = 'https://x.example'\nrequester = 'a@b.example'", "needs `group`");
    told(
        "kind = 'webhook'\nurl = 'https://x.example'\nanswer_field = 'id'",
        "line 4: `answer_field` is a JSON pointer",
    );
}

#[test]
fn a_secret_that_is_none_is_not_shown() {
    let text = "[trackers.desk]\nkind = 'webhook'\nurl = 'https://x.example'\ntoken_env = 'TOKEN'\n".to_owned();
    let config = Config::parse(Path::new("config.toml"), text).unwrap();
    let error = config.tracker("desk", &|_| Some("hunter2".to_owned())).err().unwrap().to_string();
    assert!(error.contains("line 4: the secret there must be `whsec_`") && !error.contains("hunter2"), "{error}");
}
