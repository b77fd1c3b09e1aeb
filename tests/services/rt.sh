#!/usr/bin/env bash
# A real Request Tracker 5 on loopback for tests: rt.sh start | stop. Needs Debian or Ubuntu with packages of RT 5, and root.
#
# `start` installs what is missing, waits until it answers, and prints lines for the environment:
#   TIERLINE_TEST_RT_URL, TIERLINE_TEST_RT_TOKEN
# The queue `Vendor Escalation` has the field `EscalationKey`, `Without field` has not, `Closed` may not be used by the token's user.
# Attachments above 100,000 bytes are dropped without a word, as some sites have it.
set -euo pipefail
if [ "$(id -u)" -ne 0 ]; then exec sudo -n --preserve-env=RT_PORT,RT_STATE "$0" "$@"; fi

port=${RT_PORT:-18085}
state=${RT_STATE:-/tmp/tierline-services/rt}
base=http://127.0.0.1:$port
pid=$state/pid
site=/etc/request-tracker5/RT_SiteConfig.d/90-tierline-test.pm

alive() { [ -s "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
fail() { echo "rt.sh: $1" >&2; tail -20 "$2" >&2; exit 1; }

case "${1:-}" in
  stop) if alive; then kill "$(cat "$pid")"; fi; rm -f "$pid" "$site"; exit 0 ;;
  start) ;;
  *) echo "usage: $0 start | stop" >&2; exit 2 ;;
esac

mkdir -p "$state"
chmod 0755 "$state"
if ! dpkg-query -W -f='${Status}' request-tracker5 2>/dev/null | grep -q 'ok installed'; then
  debconf-set-selections <<ANSWERS
request-tracker5 request-tracker5/rtname string localhost
request-tracker5 request-tracker5/organization string localhost
request-tracker5 request-tracker5/webbaseurl string $base
request-tracker5 request-tracker5/webpath string
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean true
request-tracker5 request-tracker5/initial-root-password password tierline-test
request-tracker5 request-tracker5/initial-root-password-again password tierline-test
request-tracker5 request-tracker5/install-cronjobs boolean false
request-tracker5 request-tracker5/dbconfig-install boolean true
request-tracker5 request-tracker5/database-type select sqlite3
opensmtpd opensmtpd/mailname string localhost
opensmtpd opensmtpd/root_address string
ANSWERS
  # No package may start a server by itself.
  made=0
  if [ ! -e /usr/sbin/policy-rc.d ]; then printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; made=1; fi
  { apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      request-tracker5 rt5-db-sqlite rt5-standalone opensmtpd curl; } >"$state/install.log" 2>&1 || fail "cannot be installed" "$state/install.log"
  if [ "$made" = 1 ]; then rm -f /usr/sbin/policy-rc.d; fi
fi

# The configuration of the package is root's; the server runs as www-data. No mail leaves.
chgrp www-data /etc/request-tracker5/RT_SiteConfig.pm
chmod 0640 /etc/request-tracker5/RT_SiteConfig.pm
fresh=$(mktemp)
cat >"$fresh" <<CONFIG
Set(\$MailCommand, 'mbox');
Set(\$WebDomain, '127.0.0.1');
Set(\$WebPort, $port);
Set(\$WebBaseURL, '$base');
Set(\$WebPath, '');
Set(\$LogToSyslog, undef);
Set(\$LogToSTDERR, 'warning');
Set(\$WebSecureCookies, 0);
Set(\$MaxAttachmentSize, 100_000);
Set(\$DropLongAttachments, 1);
1;
CONFIG
if ! cmp -s "$fresh" "$site" && alive; then kill "$(cat "$pid")"; rm -f "$pid"; fi
install -m 0644 "$fresh" "$site"
rm "$fresh"
install -d -o www-data -g www-data /var/lib/request-tracker5 /var/cache/request-tracker5 /var/log/request-tracker5

if [ ! -s "$state/token" ]; then
  cat >"$state/bootstrap.pl" <<'PERL'
use strict; use warnings; use lib '/usr/share/request-tracker5/lib';
use RT -init; use RT::Queue; use RT::User; use RT::CustomField; use RT::AuthToken;
my $system = RT->SystemUser;
sub checked { my ($what, $ok, $message) = @_; die "$what: $message" unless $ok; return $ok }
sub queue {
  my $queue = RT::Queue->new($system);
  $queue->Load($_[0]);
  checked($_[0], $queue->Create(Name => $_[0])) unless $queue->Id;
  return $queue;
}
my ($desk, $plain) = (queue('Vendor Escalation'), queue('Without field'));
queue('Closed');
my $field = RT::CustomField->new($system);
$field->LoadByName(Name => 'EscalationKey', LookupType => 'RT::Queue-RT::Ticket');
unless ($field->Id) {
  checked('field', $field->Create(Name => 'EscalationKey', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket'));
  checked('field', $field->AddToObject($desk));
}
my $user = RT::User->new($system);
$user->Load('tierline');
checked('user', $user->Create(Name => 'tierline', EmailAddress => 'tierline@localhost', Privileged => 1)) unless $user->Id;
for my $queue ($desk, $plain) {
  for my $right (qw(SeeQueue CreateTicket ShowTicket ShowTicketComments CommentOnTicket SeeCustomField ModifyCustomField)) {
    next if $user->PrincipalObj->HasRight(Right => $right, Object => $queue);
    checked($right, $user->PrincipalObj->GrantRight(Right => $right, Object => $queue));
  }
}
my $token = RT::AuthToken->new($system);
my ($id, $message, $text) = $token->Create(Owner => $user->Id, Description => 'tests');
checked('token', $id, $message);
print "$text\n";
PERL
  chmod 0644 "$state/bootstrap.pl"
  token=$(runuser -u www-data -- perl "$state/bootstrap.pl" 2>"$state/bootstrap.log" | tail -1) || fail "cannot be set up" "$state/bootstrap.log"
  [ -n "$token" ] || fail "gives no token" "$state/bootstrap.log"
  (umask 077; printf '%s\n' "$token" >"$state/token")
fi

if ! alive; then
  : >"$state/server.log"
  setsid runuser -u www-data -- /usr/share/request-tracker5/libexec/rt-server --host 127.0.0.1 --port "$port" --max-workers 4 \
    >>"$state/server.log" 2>&1 </dev/null &
  echo $! >"$pid"
fi
for _ in $(seq 1 120); do
  code=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: token $(cat "$state/token")" "$base/REST/2.0/queues/all" || true)
  if [ "$code" = 200 ]; then
    printf 'TIERLINE_TEST_RT_URL=%s\nTIERLINE_TEST_RT_TOKEN=%s\n' "$base" "$(cat "$state/token")"
    exit 0
  fi
  alive || fail "has ended" "$state/server.log"
  sleep 1
done
fail "does not answer (HTTP $code)" "$state/server.log"
