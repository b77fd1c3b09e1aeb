// Opens HTML reports in headless Chromium, wide and narrow, light and dark. Each must load nothing, say nothing on the
// console, fit the window, and pass the accessibility audit of axe without a serious finding.
//
// Usage: node check.mjs CHROMIUM REPORT.html... [--shots DIR]
import puppeteer from "puppeteer-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [chromium, ...files] = process.argv.slice(2);
const at = files.indexOf("--shots");
const shots = at < 0 ? null : files.splice(at, 2)[1];

let failures = 0;
const fail = (what, why) => { failures += 1; console.log(`${what}: ${why}`); };

async function check(browser, file, width, scheme) {
  const what = `${basename(file)}, ${width} pixels, ${scheme}`;
  const url = pathToFileURL(resolve(file)).href;
  const page = await browser.newPage();
  page.on("request", it => { if (it.url() !== url && !it.url().startsWith("data:")) fail(what, `asks for ${it.url()}`); });
  page.on("console", it => fail(what, `console: ${it.text()}`));
  page.on("pageerror", it => fail(what, `error: ${it}`));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
  if (shots) await page.screenshot({ path: `${shots}/${basename(file, ".html")}-${width}-${scheme}.png`, fullPage: true });
  await page.evaluate(() => document.querySelectorAll("details").forEach(it => { it.open = true; }));
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fail(what, "is wider than the window");
  const anchors = await page.evaluate(() => [...document.querySelectorAll("a[href^='#']")]
    .map(it => it.getAttribute("href").slice(1)).filter(it => !document.getElementById(it)));
  if (anchors.length) fail(what, `links to nothing: ${anchors}`);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => axe.run());
  if (!passes.length) fail(what, "the audit looked at nothing");
  for (const it of violations.filter(it => ["serious", "critical"].includes(it.impact))) {
    fail(what, `${it.id}: ${it.help}: ${it.nodes.map(node => node.html).slice(0, 3).join("\n  ")}`);
  }
  await page.close();
}

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
for (const file of files) {
  for (const width of [1280, 390]) {
    for (const scheme of ["light", "dark"]) await check(browser, file, width, scheme);
  }
}
await browser.close();
console.log(`${files.length} reports, ${failures} failures`);
process.exit(failures || !files.length ? 1 : 0);
