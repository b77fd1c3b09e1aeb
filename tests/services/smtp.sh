#!/usr/bin/env bash
# A real mail server (aiosmtpd) on loopback for tests: smtp.sh start | stop. Needs python3 with venv, openssl, and pip's index.
#
# `start` installs it into a folder of its own, waits until it listens, and prints lines for the environment:
#   TIERLINE_TEST_SMTP_PORT (plain), TIERLINE_TEST_SMTP_TLS_PORT (STARTTLS and login as `tierline` required),
#   TIERLINE_TEST_SMTP_STATE (a folder with `password`, `cert.pem` and all accepted messages in `Maildir/new`)
# Recipients decide what happens: reject@ 550, busy@ 451, drop@ closes the connection after the message, lost@ takes it and closes.
set -euo pipefail

port=${SMTP_PORT:-18025}
tls_port=${SMTP_TLS_PORT:-18587}
state=${SMTP_STATE:-/tmp/tierline-services/smtp}
pid=$state/pid

alive() { [ -s "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
fail() { echo "smtp.sh: $1" >&2; tail -20 "$2" >&2; exit 1; }

case "${1:-}" in
  stop) if alive; then kill "$(cat "$pid")"; fi; rm -f "$pid"; exit 0 ;;
  start) ;;
  *) echo "usage: $0 start | stop" >&2; exit 2 ;;
esac

mkdir -p "$state"
if ! "$state/venv/bin/python" -c 'import aiosmtpd' 2>/dev/null; then
  { python3 -m venv "$state/venv" || {
      # Debian has the module in a package of its own.
      root=$([ "$(id -u)" -eq 0 ] || echo "sudo -n")
      $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends python3-venv
      python3 -m venv --clear "$state/venv"
    }
    "$state/venv/bin/pip" install -q 'aiosmtpd>=1.4.6,<2'; } >"$state/install.log" 2>&1 || fail "cannot be installed" "$state/install.log"
fi
[ -s "$state/password" ] || (umask 077; od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$state/password")
if [ ! -s "$state/cert.pem" ]; then
  # An authority and a certificate of it: rustls takes no certificate that is its own authority.
  { openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj '/CN=tests of tierline' \
      -addext basicConstraints=critical,CA:TRUE -keyout "$state/ca.key" -out "$state/ca.pem"
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$state/key.pem" -out "$state/request.pem"
    openssl x509 -req -in "$state/request.pem" -CA "$state/ca.pem" -CAkey "$state/ca.key" -CAcreateserial -days 825 \
      -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n') -out "$state/cert.pem"
  } >"$state/openssl.log" 2>&1 || fail "has no certificate" "$state/openssl.log"
fi
cat >"$state/server.py" <<'PYTHON'
import asyncio, email, mailbox, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

state, port, tls_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
password = open(state + "/password", "rb").read().strip()
box = mailbox.Maildir(state + "/Maildir", create=True)


class Sink:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("reject@"):
            return "550 5.1.1 mailbox unavailable"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        who = {it.split("@")[0] for it in envelope.rcpt_tos}
        if "busy" in who:
            return "451 4.3.0 try again later"
        if "drop" not in who:
            message = email.message_from_bytes(envelope.content)
            message["X-Login"] = str(bool(session.authenticated))
            message["X-TLS"] = str(session.ssl is not None)
            box.add(mailbox.MaildirMessage(message))
        if who & {"drop", "lost"}:
            server.transport.abort()
        return "250 2.0.0 queued"


def login(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and data.login == b"tierline" and data.password == password
    return AuthResult(success=fits, handled=False)


async def main():
    loop, sink = asyncio.get_running_loop(), Sink()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(state + "/cert.pem", state + "/key.pem")
    await loop.create_server(lambda: SMTP(sink, hostname="localhost", loop=loop), "127.0.0.1", port)
    await loop.create_server(
        lambda: SMTP(sink, hostname="localhost", loop=loop, tls_context=context, require_starttls=True,
                     authenticator=login, auth_required=True, auth_require_tls=True), "127.0.0.1", tls_port)
    await asyncio.Event().wait()


asyncio.run(main())
PYTHON
if ! alive; then
  setsid "$state/venv/bin/python" "$state/server.py" "$state" "$port" "$tls_port" >>"$state/server.log" 2>&1 </dev/null &
  echo $! >"$pid"
fi
for _ in $(seq 1 60); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$tls_port") 2>/dev/null; then
    printf 'TIERLINE_TEST_SMTP_PORT=%s\nTIERLINE_TEST_SMTP_TLS_PORT=%s\nTIERLINE_TEST_SMTP_STATE=%s\n' "$port" "$tls_port" "$state"
    exit 0
  fi
  alive || fail "has ended" "$state/server.log"
  sleep 0.5
done
fail "does not listen" "$state/server.log"
