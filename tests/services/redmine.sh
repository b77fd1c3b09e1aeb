#!/usr/bin/env bash
# A real Redmine 5 on loopback for tests: redmine.sh start | stop. Needs Debian or Ubuntu with packages of Redmine 5, and root.
#
# `start` installs what is missing, waits until it answers, and prints lines for the environment:
#   TIERLINE_TEST_REDMINE_URL, TIERLINE_TEST_REDMINE_KEY
# The project `vendor-escalation` has the field `EscalationKey`, `without-field` has not. Attachments may have 100 KiB.
set -euo pipefail
if [ "$(id -u)" -ne 0 ]; then exec sudo -n --preserve-env=REDMINE_PORT,REDMINE_STATE "$0" "$@"; fi

port=${REDMINE_PORT:-18086}
state=${REDMINE_STATE:-/tmp/tierline-services/redmine}
base=http://127.0.0.1:$port
pid=$state/pid

alive() { [ -s "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
fail() { echo "redmine.sh: $1" >&2; tail -20 "$2" >&2; exit 1; }

case "${1:-}" in
  stop) if alive; then kill "$(cat "$pid")"; fi; rm -f "$pid"; exit 0 ;;
  start) ;;
  *) echo "usage: $0 start | stop" >&2; exit 2 ;;
esac

mkdir -p "$state"
chmod 0755 "$state"
# Debian 12's bundler refuses gems that Debian ships without a folder of their own (rotp): an empty one is enough.
gem_folders() {
  ruby -rfileutils -e 'Gem::Specification.each { |spec| folder = spec.full_gem_path
    next if spec.default_gem? || File.directory?(folder) || folder !~ %r{\A/usr/(share|lib/[^/]+)/rubygems-integration/}
    FileUtils.mkdir_p(folder) }'
}
if ! dpkg-query -W -f='${Status}' redmine puma 2>/dev/null | grep -q 'ok installedinstall ok installed'; then
  debconf-set-selections <<ANSWERS
redmine redmine/instances/default/dbconfig-install boolean true
redmine redmine/instances/default/database-type select sqlite3
redmine redmine/instances/default/default-language select en
redmine redmine/current-instances string default
ANSWERS
  # No package may start a server by itself.
  made=0
  if [ ! -e /usr/sbin/policy-rc.d ]; then printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; made=1; fi
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends redmine redmine-sqlite puma curl || true; } >"$state/install.log" 2>&1
  gem_folders
  dpkg --configure -a >>"$state/install.log" 2>&1 || fail "cannot be installed" "$state/install.log"
  if [ "$made" = 1 ]; then rm -f /usr/sbin/policy-rc.d; fi
fi
gem_folders

as_redmine() {
  runuser -u www-data -- env HOME=/var/cache/redmine RAILS_ENV=production REDMINE_INSTANCE=default LANG=C.UTF-8 "$@"
}
install -d -o www-data -g www-data /var/cache/redmine /var/log/redmine/default /var/cache/redmine/default/tmp
cd /usr/share/redmine
if [ ! -s "$state/key" ]; then
  cat >"$state/bootstrap.rb" <<'RUBY'
Setting.rest_api_enabled = '1'
Setting.attachment_max_size = '100' # KiB
Setting.login_required = '1'
Setting.notified_events = []
user = User.find_by_login('tierline') || User.new(firstname: 'Tier', lastname: 'Line', mail: 'tierline@example.invalid', language: 'en').tap do |it|
  it.login = 'tierline'
  it.password = it.password_confirmation = SecureRandom.hex(16)
  it.save!
end
desk, plain = %w(vendor-escalation without-field).map do |name|
  project = Project.find_by_identifier(name) || Project.create!(name: name, identifier: name, is_public: false)
  project.trackers = Tracker.all.to_a
  project.enabled_module_names = %w(issue_tracking)
  project.save!
  project
end
field = IssueCustomField.find_by_name('EscalationKey') ||
  IssueCustomField.create!(name: 'EscalationKey', field_format: 'string', is_for_all: false, is_filter: true, trackers: Tracker.all.to_a)
desk.issue_custom_fields << field unless desk.issue_custom_fields.include?(field)
role = Role.find_by_name('Developer') || Role.givable.first
role.add_permission!(:view_issues, :add_issues, :edit_issues, :add_issue_notes)
[desk, plain].each do |project|
  Member.create!(project: project, principal: user, roles: [role]) unless Member.exists?(project_id: project.id, user_id: user.id)
end
puts "KEY #{user.api_key}"
RUBY
  chmod 0644 "$state/bootstrap.rb"
  key=$(as_redmine bundle exec rails runner "$state/bootstrap.rb" 2>"$state/bootstrap.log" | grep '^KEY ') || fail "cannot be set up" "$state/bootstrap.log"
  (umask 077; printf '%s\n' "${key#KEY }" >"$state/key")
fi

if ! alive; then
  : >"$state/server.log"
  chmod 0644 "$state/server.log"
  setsid runuser -u www-data -- env HOME=/var/cache/redmine RAILS_ENV=production REDMINE_INSTANCE=default LANG=C.UTF-8 \
    puma -e production -b "tcp://127.0.0.1:$port" -t 1:4 --dir /usr/share/redmine config.ru >>"$state/server.log" 2>&1 </dev/null &
  echo $! >"$pid"
fi
for _ in $(seq 1 120); do
  code=$(curl -s -o /dev/null -w '%{http_code}' -H "X-Redmine-API-Key: $(cat "$state/key")" "$base/users/current.json" || true)
  if [ "$code" = 200 ]; then
    printf 'TIERLINE_TEST_REDMINE_URL=%s\nTIERLINE_TEST_REDMINE_KEY=%s\n' "$base" "$(cat "$state/key")"
    exit 0
  fi
  alive || fail "has ended" "$state/server.log"
  sleep 1
done
fail "does not answer (HTTP $code)" "$state/server.log"
