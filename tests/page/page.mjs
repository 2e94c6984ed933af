// What docs/index.html does for those who look at it: `page.mjs PAGE FOLDER`; the pictures go into the folder.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page_, folder] = process.argv.slice(2);
const url = pathToFileURL(page_).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
let passed = 0;
let failed = 0;

const same = (seen, wanted, what) => {
  const [a, b] = [seen, wanted].map((it) => JSON.stringify(it));
  if (a !== b) throw new Error(`${what}: ${a}, wanted ${b}`);
};
const holds = (fact, what) => { if (!fact) throw new Error(what); };

// Opens the page, lets a check look at it, and holds that nothing left it and nothing was said.
const check = async (name, options, look, at = "", expected = []) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("data:")) said.push(`asks for ${request.url()}`); });
  try {
    await page.goto(url + at);
    await look(page);
    same(said.filter((it) => !expected.some((word) => it.includes(word))), [], "said or asked for");
    passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.message.split("\n")[0]}`);
  }
  await context.close();
};

const shot = (page, name) => page.screenshot({ path: `${folder}/${name}.png` });
const visible = (page) => page.locator(".agent:not([hidden])").count();
const names = (page) => page.locator(".agent:not([hidden]) .name").allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
const open = (page) => page.locator(".agent.open .name").allTextContents();
// The driver learns of a changed address later than the page.
const place = (page) => page.evaluate(() => location.href);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
// `axe` is put there by the test, past the page's own policy.
const sound = async (page, what) => {
  const found = await page.evaluate(async (source) => { (0, eval)(source); return (await axe.run()).violations.map((it) => `${it.id}: ${it.nodes[0].target}`); }, axe).catch((error) => [error.message]);
  same(found, [], what);
};

for (const [name, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { colorScheme: "light", viewport: { width: 360, height: 780 }, hasTouch: true }],
  ["narrow-dark", { colorScheme: "dark", viewport: { width: 360, height: 780 } }],
  ["wide", { colorScheme: "light", viewport: { width: 1900, height: 1000 } }],
]) {
  await check(`it fits and is accessible: ${name}`, { ...options, bypassCSP: true }, async (page) => {
    holds((await visible(page)) > 0, "there is no agent");
    holds(await fits(page), "it is wider than its window");
    await shot(page, name);
    await sound(page, "folded");
    await page.locator(".agent .name").nth(1).click();
    await page.locator(".rule summary").first().click();
    holds(await fits(page), "unfolded, it is wider than its window");
    await sound(page, "unfolded");
    await page.locator(".agent.open").scrollIntoViewIfNeeded();
    await page.locator(".agent.open .name").focus();
    await shot(page, `${name}-open`);
  });
}

await check("the search finds, counts, clears and stays in the address", {}, async (page) => {
  const all = await visible(page);
  await page.keyboard.press("/");
  same(await focused(page), "find", "slash goes to");
  await page.keyboard.type("LITELLM  chat");
  const few = await visible(page);
  await page.locator("#find").fill("litellm");
  const some = await visible(page);
  holds(some > 0 && some < all && few <= some, `${all}, ${some}, ${few} agents`);
  holds((await page.locator("#status").textContent()).startsWith(`${some} of ${all} agents`), "the status says something else");
  same(await page.locator("[data-count=agents]").textContent(), String(some), "the count");
  holds((await page.evaluate(() => CSS.highlights.get("found").size)) > 0, "nothing is highlighted");
  holds(page.url().includes("q=litellm"), page.url());
  await shot(page, "search");
  await page.reload();
  same(await visible(page), some, "after a reload");
  await page.locator("#find").fill("no such thing anywhere");
  same([await visible(page), await page.locator("[data-empty=agents]").isVisible()], [0, true], "nothing fits");
  await page.locator("[data-clear]").click();
  same([await visible(page), await focused(page)], [all, "find"], "cleared");
  await page.keyboard.type("x");
  await page.keyboard.press("Escape");
  same(await page.locator("#find").inputValue(), "", "escape clears");
  holds(!page.url().includes("q="), page.url());
});

await check("filters narrow within and across their groups", {}, async (page) => {
  const all = await visible(page);
  const pick = (name, value) => page.locator(`fieldset input[name="${name}"][value="${value}"]`);
  for (const box of await page.locator("fieldset input").all()) {
    const [name, value] = await box.evaluate((it) => [it.name, it.value]);
    await box.check();
    const wanted = await page.locator(".agent").evaluateAll((agents, [name, value]) => agents.filter((it) => it.dataset[name].split("|").includes(value)).length, [name, value]);
    same(await visible(page), wanted, `${name} ${value}`);
    holds(wanted > 0, `nobody has ${name} ${value}`);
    await box.uncheck();
  }
  await pick("web", "no tools").check();
  const without = await visible(page);
  await pick("web", "switch").check();
  const either = await page.locator(".agent").evaluateAll((agents) => agents.filter((it) => ["no tools", "switch"].includes(it.dataset.web)).length);
  holds(either > without && either < all, `${either} of ${all}`);
  same(await visible(page), either, "one or the other");
  await pick("web", "switch").uncheck();
  await pick("from", "PyPI").check();
  const both = await names(page);
  holds(both.length > 0 && both.length < without, `${both} of ${without}`);
  await shot(page, "filter");
  await page.reload();
  same([await names(page), (await page.locator("#active").textContent()).trim()], [both, "(2)"], "after a reload");
  await page.locator("#clear").click();
  same(await visible(page), all, "cleared");
});

await check("the keyboard goes through the agents and unfolds them", {}, async (page) => {
  const order = await names(page);
  await page.keyboard.press("Tab");
  same(await focused(page), "To the agents", "the first stop");
  await page.locator("#find").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  same(await focused(page), order[1], "two down");
  await page.keyboard.press("Enter");
  same(await open(page), [order[1]], "enter unfolds");
  same(await page.locator(".agent.open .name").getAttribute("aria-expanded"), "true", "and says so");
  await page.keyboard.press("Space");
  same(await open(page), [], "space folds");
  await page.keyboard.press("End");
  same(await focused(page), order.at(-1), "the last");
  await page.keyboard.press("ArrowDown");
  same(await focused(page), order.at(-1), "it stays");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  same(await focused(page), "find", "up from the first");
  await page.locator("fieldset input").first().focus();
  await page.keyboard.press("Space");
  holds((await visible(page)) < order.length, "space checks a filter");
});

await check("a row is unfolded by a click, and text in it can be selected", {}, async (page) => {
  const row = page.locator(".agent").first();
  await row.locator("td").first().click();
  same((await open(page)).length, 1, "unfolded");
  await row.locator(".about p").first().click();
  same((await open(page)).length, 1, "a click into it folds nothing");
  await row.locator("td").first().click();
  same((await open(page)).length, 0, "folded");
});

await check("an opened row is in the address", {}, async (page) => {
  const row = page.locator(".agent").nth(2);
  const hash = `#${await row.getAttribute("id")}`;
  await row.locator(".name").click();
  holds((await place(page)).endsWith(hash), await place(page));
  await page.reload();
  same((await open(page)).length, 1, "unfolded after a reload");
  await page.locator("#find").fill("a");
  const after = await place(page);
  holds(after.includes("q=a") && after.endsWith(hash), `a search forgets the row: ${after}`);
  await row.locator(".name").click();
  holds(!(await place(page)).includes("#"), `folded, but ${await place(page)}`);
});

await check("the lines of an agent are copied", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  const row = page.locator(".agent").first();
  const name = await row.locator(".name").textContent();
  await row.locator(".name").click();
  same(await row.locator(".copy").count(), 2, "buttons");
  for (const at of [0, 1]) {
    await row.locator(".copy").nth(at).click();
    const line = await row.locator(".line pre").nth(at).textContent();
    same(await page.evaluate(() => navigator.clipboard.readText()), line, "the clipboard");
    holds(line.includes(name), line);
    same(await page.locator("#status").textContent(), `Copied: ${line}`, "what is announced");
    same(await row.locator(".copy").nth(at).evaluate((it) => it.firstChild.data), "Copied", "what the button says");
  }
});

await check("without the clipboard a line is selected", {}, async (page) => {
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed")); });
  const row = page.locator(".agent").first();
  await row.locator(".name").click();
  await row.locator(".copy").first().click();
  same(await page.evaluate(() => String(getSelection()).trim()), await row.locator(".line pre").first().textContent(), "the selection");
});

await check("a pin has its age", {}, async (page) => {
  const cells = await page.locator("td[data-label=Install]").evaluateAll((all) => all.filter((it) => it.querySelector("time")).map((it) => it.textContent));
  holds(cells.length > 5, `${cells.length} pins with a day`);
  for (const it of cells) holds(/\d{4}-\d\d-\d\d, \d+ days? old/.test(it), it);
});

await check("hits elsewhere are shown, and one is one", {}, async (page) => {
  same(await page.locator("#elsewhere").isVisible(), false, "without a search");
  const name = await page.locator(".rule summary small").last().textContent();
  await page.locator("#find").fill(name);
  const [agents, rules] = await page.evaluate(() => ["#agents .agent", ".rule"].map((it) => [...document.querySelectorAll(it)].filter((one) => !one.hidden).length));
  same([agents, rules], [0, 1], `what \`${name}\` finds`);
  holds((await page.locator("#status").textContent()).endsWith(", 1 rule"), await page.locator("#status").textContent());
  same(await page.locator("#elsewhere").textContent(), "Also found: 1 rule", "what is shown");
  await page.locator("#elsewhere a").click();
  holds((await place(page)).endsWith("#rules"), await place(page));
  await page.locator("#find").fill("");
  same(await page.locator("#elsewhere").isVisible(), false, "the search is empty");
});

await check("on a phone a folded card is short", { viewport: { width: 360, height: 780 } }, async (page) => {
  const card = page.locator(".agent").first();
  const height = () => card.evaluate((it) => it.getBoundingClientRect().height);
  const shown = async () => (await card.locator("tr:first-child > *").evaluateAll((all) => all.map((it) => it.getClientRects().length))).filter(Boolean).length;
  holds((await height()) < 260, `it is ${await height()} pixels high`);
  same(await shown(), 3, "cells, folded");
  await card.locator(".name").click();
  same(await shown(), 6, "cells, unfolded");
});

await check("links lead where they say", { reducedMotion: "reduce" }, async (page) => {
  for (const id of ["providers", "rules", "agents"]) {
    await page.locator(`nav a[href="#${id}"]`).click();
    await page.waitForTimeout(200);
    const top = await page.locator(`#${id}`).evaluate((it) => it.getBoundingClientRect().top);
    holds(top > -60 && top < 900, `#${id} is at ${top}`);
  }
});

for (const [what, selector] of [["an agent", ".agent"], ["a rule", ".rule"], ["a provider", "#providers .item"]]) {
  const probe = await browser.newPage();
  await probe.goto(url);
  const id = await probe.locator(selector).last().getAttribute("id");
  await probe.close();
  await check(`an address leads to ${what}`, { reducedMotion: "reduce" }, async (page) => {
    const it = page.locator(`#${id}`);
    const box = await it.evaluate((element) => [element.getBoundingClientRect().top, element.matches(".agent") ? element.classList.contains("open") : element.open ?? true]);
    holds(box[0] >= 40 && box[0] < 900 && box[1], `${id}: ${box}`);
  }, `#${id}`);
  await check(`an address leads to ${what} past a search`, { reducedMotion: "reduce" }, async (page) => {
    holds(await page.locator(`#${id}`).isVisible(), "it is hidden");
  }, `?q=no-such-thing#${id}`);
}

await check("the theme is chosen, kept and followed", { colorScheme: "light" }, async (page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator("#theme").click();
  same([await page.locator("#theme").textContent(), await paper()], ["Theme: light", light], "light");
  await page.locator("#theme").click();
  const dark = await paper();
  holds(dark !== light, "dark is as light");
  await page.reload();
  same(await paper(), dark, "after a reload");
  await page.locator("#theme").click();
  await page.emulateMedia({ colorScheme: "dark" });
  same(await paper(), dark, "auto follows the system");
});

await check("nothing moves for those who want it still", { reducedMotion: "reduce" }, async (page) => {
  const moves = await page.evaluate(() => [getComputedStyle(document.documentElement).scrollBehavior, ...[...document.querySelectorAll("*")].map((it) => getComputedStyle(it).transitionDuration)]);
  same([...new Set(moves)], ["auto", "0s"], "motion");
});

await check("without a script all is there and unfolded", { javaScriptEnabled: false }, async (page) => {
  same(await page.locator(".more").first().isVisible(), true, "an agent's details");
  same(await page.locator(".bar").isVisible(), false, "a search that cannot search");
});

await check("print has the matrix without the controls", {}, async (page) => {
  await page.emulateMedia({ media: "print" });
  same([await page.locator(".bar").isVisible(), await page.locator(".matrix").isVisible()], [false, true], "print");
  await shot(page, "print");
  const pdf = await page.pdf({ format: "A4" });
  holds(pdf.length > 10000, `a PDF of ${pdf.length} bytes`);
});

await check("its policy lets no other script run", {}, async (page) => {
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.intruder = true";
    document.body.append(script);
    script.remove();
    return Boolean(window.intruder);
  });
  same(ran, false, "an intruder ran");
}, "", ["Content Security Policy"]);

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
