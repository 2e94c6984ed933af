
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const field = one("#find");
  const boxes = all("fieldset input");
  const agents = all(".agent");
  const kinds = { agents, providers: all("#providers .item"), rules: all("#rules .item") };
  const words = new Map(Object.values(kinds).flat().map((it) => [it, it.textContent.toLowerCase()]));

  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const say = (text) => { one("#status").textContent = text; };

  const button = (agent) => one(".name", agent);
  const unfold = (agent, open) => {
    agent.classList.toggle("open", open);
    button(agent).setAttribute("aria-expanded", String(open));
  };

  const chosen = () => {
    const groups = new Map();
    for (const box of boxes.filter((it) => it.checked)) {
      groups.set(box.name, [...(groups.get(box.name) ?? []), box.value]);
    }
    return groups;
  };
  const terms = () => field.value.toLowerCase().split(/\s+/).filter(Boolean);

  const highlight = (wanted) => {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete("found");
    if (!wanted.length) return;
    const ranges = [];
    const walker = document.createTreeWalker(one("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && ranges.length < 2000) {
      const node = walker.currentNode;
      const text = node.data.toLowerCase();
      if (text.length !== node.data.length) continue;
      for (const term of wanted) {
        for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + term.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const remember = (groups, hash = location.hash) => {
    const state = new URLSearchParams();
    if (field.value.trim()) state.set("q", field.value.trim());
    for (const [name, values] of groups) for (const value of values) state.append(name, value);
    const query = state.toString();
    const place = location.pathname + (query ? `?${query}` : "") + hash;
    try { history.replaceState(null, "", place); } catch { /* a page without an origin has no history to write */ }
  };

  // Who searches among the agents sees that the other parts have something too.
  const elsewhere = (searched, counts) => {
    const line = one("#elsewhere");
    const links = ["provider", "rule"].filter((noun) => searched && counts[`${noun}s`]).map((noun) => {
      const link = document.createElement("a");
      link.href = `#${noun}s`;
      link.textContent = count(counts[`${noun}s`], noun);
      return link;
    });
    line.hidden = !links.length;
    line.replaceChildren("Also found: ", ...links.flatMap((link, at) => (at ? [" and ", link] : [link])));
  };

  const show = () => {
    const groups = chosen();
    const wanted = terms();
    const finds = (it) => wanted.every((term) => words.get(it).includes(term));
    const fits = (agent) => [...groups].every(([name, values]) => {
      const its = agent.dataset[name].split("|");
      return values.some((value) => its.includes(value));
    });
    const counts = {};
    for (const [kind, items] of Object.entries(kinds)) {
      for (const it of items) it.hidden = !(finds(it) && (kind !== "agents" || fits(it)));
      counts[kind] = items.filter((it) => !it.hidden).length;
      one(`[data-count="${kind}"]`).textContent = counts[kind];
      one(`[data-empty="${kind}"]`).hidden = counts[kind] > 0;
    }
    const active = boxes.filter((it) => it.checked).length;
    one("#active").textContent = active ? ` (${active})` : "";
    one("#clear").hidden = !active && !wanted.length;
    say(`${counts.agents} of ${count(agents.length, "agent")}, ${count(counts.providers, "provider")}, ${count(counts.rules, "rule")}`);
    elsewhere(wanted.length, counts);
    highlight(wanted);
    remember(groups);
  };

  const clear = () => {
    field.value = "";
    for (const box of boxes) box.checked = false;
    show();
  };

  const step = (from, by) => {
    const names = agents.filter((it) => !it.hidden).map(button);
    const at = names.indexOf(from);
    const next = by === Infinity ? names.at(-1) : by === -Infinity ? names[0] : names[at + by];
    (next ?? (by < 0 ? field : from))?.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    const typing = at === field;
    if (event.key === "/" && !typing) field.focus(), field.select();
    else if (event.key === "Escape" && typing && field.value) field.value = "", show();
    else if (event.key === "Escape" && typing) field.blur();
    else if (event.key === "ArrowDown" && typing) step(null, 1);
    else if (at?.matches(".name") && event.key === "ArrowDown") step(at, 1);
    else if (at?.matches(".name") && event.key === "ArrowUp") step(at, -1);
    else if (at?.matches(".name") && event.key === "Home") step(at, -Infinity);
    else if (at?.matches(".name") && event.key === "End") step(at, Infinity);
    else return;
    event.preventDefault();
  });

  for (const agent of agents) {
    one("tr", agent).addEventListener("click", () => {
      if (String(getSelection())) return;
      const open = !agent.classList.contains("open");
      unfold(agent, open);
      const hash = `#${agent.id}`;
      if (open || location.hash === hash) remember(chosen(), open ? hash : "");
    });
    unfold(agent, false);
  }

  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.matches(".agent")) unfold(target, true);
    if (target.matches("details")) target.open = true;
    if (target.hidden) clear();
    target.scrollIntoView();
  };

  // The bytes of the page do not depend on the day on which they were made; what is shown does.
  for (const it of all("time")) {
    const days = Math.floor((Date.now() - Date.parse(it.dateTime)) / 864e5);
    if (days >= 0) it.after(`, ${count(days, "day")} old`);
  }

  for (const it of all(".copy")) {
    it.hidden = false;
    it.addEventListener("click", async () => {
      const line = one("pre", it.parentElement);
      const label = it.firstChild;
      try {
        await navigator.clipboard.writeText(line.textContent);
        label.data = "Copied";
        say(`Copied: ${line.textContent}`);
      } catch {
        getSelection().selectAllChildren(line);
        label.data = "Selected";
        say("Selected: the browser does not let this page copy");
      }
      setTimeout(() => { label.data = "Copy"; }, 2000);
    });
  }

  const themes = ["auto", "light", "dark"];
  const theme = one("#theme");
  const paint = (name) => {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
  };
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme ?? "auto") + 1) % themes.length];
    paint(next);
    try { localStorage.setItem("theme", next); } catch { /* then it holds for this visit */ }
  });
  paint(themes.includes(stored()) ? stored() : "auto");

  const state = new URLSearchParams(location.search);
  field.value = state.get("q") ?? "";
  for (const box of boxes) box.checked = state.getAll(box.name).includes(box.value);
  one(".filters").open = matchMedia("(min-width: 48rem)").matches || boxes.some((it) => it.checked);
  field.addEventListener("input", show);
  for (const box of boxes) box.addEventListener("change", show);
  for (const it of [one("#clear"), one("[data-clear]")]) it.addEventListener("click", () => (clear(), field.focus()));
  addEventListener("hashchange", follow);

  root.classList.add("scripted");
  theme.hidden = one(".bar").hidden = one(".filters").hidden = false;
  show();
  follow();
})();
