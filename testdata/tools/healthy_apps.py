"""What applications write when all is well: JSON lines, logfmt, Java (Log4j, Spring), Python, .NET.

In: a clock and a seeded random source. Out: lists of lines. Many texts carry words such as error, failed or exception
in a harmless sense, because a reader that only looks for words must fail here.
"""

import json

from healthy_linux import fill
from logformats import milliseconds

TEXTS = [
    "request served, errors=0, status=200, took {b} ms",
    "retry succeeded on attempt 2 of 5",
    "error_log opened at /var/log/shop/error.log",
    "health check passed, failed checks: 0",
    "no errors were found in {c} records",
    "0 errors, 0 warnings, {c} files processed",
    "registered exception handler for PaymentDeclinedException",
    "circuit breaker closed again, failure rate 0.0%",
    "failover is configured, primary is active",
    "errorCode=0 errorMessage=null",
    "dead letter queue is empty",
    "loaded {b} error messages for locale en",
    "connection pool: active={a}, idle={b}, timed out=0",
    "order {c} was accepted, fraud score 0.0{a}",
    "cache warmed, {c} keys, misses {b}",
    "scheduled job cleanup-failed-imports found nothing to do",
    "timeout set to {b} s, panic threshold off",
    "user changed notification setting 'critical alerts' to on",
    "rollback segment check ok",
    "certificate for api.example.com is valid for {c} hours",
    "shutdown hook registered",
    "graceful stop requested, {a} requests drained, none aborted",
    "schema migration 2026_02_{b} was applied before, skipped",
    "killed stale session {x} on request of its owner",
    "crash reporter is enabled, no crash dump was found",
]

LOGGERS = ["com.example.shop.OrderService", "com.example.shop.error.ErrorController", "com.example.shop.http.RetryTemplate",
           "com.example.shop.Scheduler", "com.example.shop.cache.Warmup"]


def json_lines(clock, rng, count):
    """One JSON object per line, in two common shapes."""
    lines = []
    for _ in range(count):
        when = clock.tick(0.05, 6)
        stamp = f"{when:%Y-%m-%dT%H:%M:%S}.{milliseconds(when)}Z"
        text = fill(rng, rng.choice(TEXTS))
        if rng.random() < 0.5:
            value = {"timestamp": stamp, "level": "INFO", "logger": rng.choice(LOGGERS), "message": text, "error": None, "traceId": f"{rng.getrandbits(64):016x}"}
        else:
            value = {"level": rng.choice(["info", "debug"]), "ts": stamp, "caller": "server/handler.go:{}".format(rng.randint(20, 400)), "msg": text, "error_count": 0}
        lines.append(json.dumps(value))
    return lines


def logfmt(clock, rng, count):
    """Go services: key=value."""
    lines = []
    for _ in range(count):
        when = clock.tick(0.05, 6)
        lines.append(f'ts={when:%Y-%m-%dT%H:%M:%S.%f}Z level={rng.choice(["info", "debug"])} component=gateway '
                     f'msg="{fill(rng, rng.choice(TEXTS))}" err=null duration={rng.randint(1, 900)}ms')
    return lines


def java(clock, rng, count):
    """Spring Boot and Log4j; with one thread dump that was asked for, which looks like a stack trace."""
    lines = []
    while len(lines) < count:
        when = clock.tick(0.05, 9)
        logger = rng.choice(LOGGERS)
        lines.append(f"{when:%Y-%m-%d %H:%M:%S},{milliseconds(when)} INFO  [http-nio-8080-exec-{rng.randint(1, 20)}] {logger} - {fill(rng, rng.choice(TEXTS))}")
        if len(lines) % 61 == 60:
            lines += [
                f"{when:%Y-%m-%d %H:%M:%S},{milliseconds(when)} INFO  [main] com.example.shop.Diagnostics - thread dump on request of the operator:",
                '"error-reporter-1" #31 daemon prio=5 os_prio=0 cpu=1.20ms elapsed=3600.00s tid=0x00007f waiting on condition',
                "   java.lang.Thread.State: TIMED_WAITING (parking)",
                "\tat jdk.internal.misc.Unsafe.park(java.base@17.0.9/Native Method)",
                "\tat java.util.concurrent.ThreadPoolExecutor.getTask(java.base@17.0.9/ThreadPoolExecutor.java:1062)",
            ]
    return lines[:count]


def python(clock, rng, count):
    """Python logging: ISO time with comma, logger, level."""
    loggers = ["shop.import", "shop.errors", "celery.worker", "urllib3.util.retry", "django.request"]
    lines = []
    for _ in range(count):
        when = clock.tick(0.05, 9)
        lines.append(f"{when:%Y-%m-%d %H:%M:%S},{milliseconds(when)} {rng.choice(loggers)} {rng.choice(['INFO', 'DEBUG'])} {fill(rng, rng.choice(TEXTS))}")
    return lines


def dotnet(clock, rng, count):
    """.NET console logger: the message stands on the line after the category."""
    lines = []
    while len(lines) < count:
        lines += [f"info: Shop.Web.{rng.choice(['ErrorPage', 'Orders', 'Startup'])}[{rng.randint(0, 40)}]", f"      {fill(rng, rng.choice(TEXTS))}"]
    return lines[:count]
