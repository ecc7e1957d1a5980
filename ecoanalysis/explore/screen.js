// The exploring screen: one statement with its trend, card and levers. The same file draws in JupyterLab, answered by
// the kernel from sample paths (`fromKernel`), and in a page without kernel or network, answered from the quantiles
// written into it (`fromPage`). Texts come worded; only an offline answer puts numbers into given phrases.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760, HEIGHT = 380, LEFT = 56, RIGHT = 118, TOP = 20, FOOT = 46; // of the picture, in its own units

export default {
  render({ model, el }) {
    const screen = new Screen(el, fromKernel(model));
    return () => screen.close();
  },
};

/** Element with attributes and children; `on…` attributes are listeners. */
function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...there(children));
  return element;
}

/** What there is of nested parts. */
function there(parts) {
  return parts.flat(Infinity).filter((part) => part !== null && part !== undefined && part !== "");
}

/** A phrase with values in its braces. */
function fill(phrase, values) {
  return phrase.replace(/{(\w+)}/g, (all, name) => (name in values ? values[name] : all));
}

// ------------------------------------------------------------------ who answers

/** Ask the kernel; a reply that does not come is an error that the screen tells in a sentence. */
function fromKernel(model) {
  const waiting = new Map();
  let last = 0;
  const hear = (message) => {
    const one = waiting.get(message.id);
    if (!one) return;
    waiting.delete(message.id);
    clearTimeout(one.timer);
    one.done(message);
  };
  model.on("msg:custom", hear);
  const ask = (content, seconds = 20) =>
    new Promise((done, failed) => {
      const id = ++last;
      const timer = setTimeout(() => {
        waiting.delete(id);
        failed(new Error("no kernel"));
      }, seconds * 1000);
      waiting.set(id, { done, timer });
      try {
        model.send({ id, ...content });
      } catch (error) {
        clearTimeout(timer);
        failed(error);
      }
    });
  const key = (view) => ({ region: view.region, indicator: view.indicator });
  return {
    offline: false,
    choices: model.get("choices"),
    start: model.get("start"),
    view: (region, indicator) => ask({ ask: "view", region, indicator }),
    answer: (view, setting, lang) => ask({ ask: "answer", ...key(view), setting, lang }),
    methods: (view, lang) => ask({ ask: "methods", ...key(view), lang }, 120),
    asOf: (year) => ask({ ask: "as_of", year }, 300),
    save: (name, lang) => ask({ ask: "save", name, lang }),
    close: () => model.off("msg:custom", hear),
  };
}

/** Answer from what is written in the page. */
function fromPage(written) {
  const settings = {};
  const key = (region, indicator) => `${region}/${indicator}`;
  return {
    offline: true,
    choices: written.choices,
    start: written.start,
    home: written.home,
    view: async (region, indicator) => {
      const view = written.views[key(region, indicator)];
      return view && { ...view, setting: settings[key(region, indicator)] || {} };
    },
    answer: async (view, setting, lang) => {
      settings[key(view.region, view.indicator)] = setting;
      return offlineAnswer(view, setting, written.choices, lang);
    },
    close: () => {},
  };
}

/** Where a page of its own begins. */
function openPage() {
  const place = document.getElementById("explore");
  place.textContent = "";
  new Screen(place, fromPage(JSON.parse(document.getElementById("written").textContent)));
}

// ------------------------------------------------------------------ the screen

class Screen {
  constructor(host, source) {
    this.source = source;
    this.choices = source.choices;
    const { region, indicator, lang, setting } = source.start;
    Object.assign(this, { region, indicator, lang, first: setting || {} });
    // JupyterLab would take arrow keys on a slider for moves between cells.
    this.root = h("div", { class: "explore", onkeydown: (event) => event.stopPropagation() });
    host.append(this.root);
    this.build();
    this.show();
  }

  close() {
    this.source.close();
    this.root.remove();
  }

  t(key, values = {}) {
    return fill(this.choices.texts[this.lang][key], values);
  }

  /** Pickers and empty places; again when the language or the as-of year changes. */
  build() {
    const pick = (name, items, value, change) =>
      h("label", {}, h("span", {}, this.t(name)), h("select", { name, onchange: (e) => change(e.target.value) },
        items.map(([code, text]) => h("option", { value: code, selected: code === value ? "" : null }, text))));
    const named = (item) => [item.code, `${item.label} ${item[this.lang]}`.trim()];
    const bar = h("div", { class: "bar" },
      pick("region", this.choices.regions.map((item) => [item.code, item[this.lang]]), this.region, (code) => this.go(code, this.indicator)),
      pick("indicator", this.choices.indicators.map(named), this.indicator, (code) => this.go(this.region, code)),
      this.source.offline
        ? h("span", { class: "as-of" }, `${this.t("as_of")} ${this.choices.as_of}`)
        : pick("as_of", this.choices.years.map((year) => [String(year), String(year)]), String(this.choices.as_of), (year) => this.asOf(Number(year))),
      pick("language", [["zh", "中文"], ["en", "English"]], this.lang, (lang) => { this.lang = lang; this.build(); this.draw(); }),
      this.searchBox(),
      this.source.home && h("a", { class: "home", href: `${this.source.home}#${this.lang}` }, this.t("home")));
    const notices = this.choices.notices[this.lang].map((text) => h("p", { class: "notice" }, text));
    this.note = h("p", { class: "note", role: "status", "aria-live": "polite" });
    this.places = {};
    for (const name of ["head", "chart", "card", "levers", "methods", "inputs", "departments", "keep"]) this.places[name] = h("section", { class: name });
    const { head, chart, card, levers, methods, inputs, departments, keep } = this.places;
    const side = h("div", { class: "side" }, methods, departments, keep);
    const titles = this.choices.titles; // a page is a document of its own; in JupyterLab the notebook is
    const title = titles ? [h("h1", {}, titles[this.lang])] : [];
    this.root.replaceChildren(...title, bar, ...notices, this.note, head, h("div", { class: "columns" }, chart, card, levers, side, inputs));
    this.root.lang = this.lang === "zh" ? "zh-CN" : "en";
    if (titles) Object.assign(document, { title: titles[this.lang] }).documentElement.lang = this.root.lang;
  }

  searchBox() {
    const results = h("div", { class: "results", role: "listbox", "aria-label": this.t("results") });
    const take = (kind, code) => {
      box.value = "";
      results.replaceChildren();
      if (kind === "region") this.go(code, this.indicator);
      else this.go(this.region, code);
    };
    const move = (event, step) => {
      const all = [...results.querySelectorAll("button")];
      const next = all[all.indexOf(document.activeElement) + step] || (step < 0 ? box : null);
      if (next) next.focus();
      event.preventDefault();
    };
    const keys = (event) => {
      if (event.key === "ArrowDown") move(event, 1);
      else if (event.key === "ArrowUp") move(event, -1);
      else if (event.key === "Escape") results.replaceChildren();
      else if (event.key === "Enter" && event.target === box) results.querySelector("button")?.click();
    };
    const box = h("input", { type: "search", name: "search", placeholder: this.t("search"), "aria-label": this.t("search"), onkeydown: keys,
      oninput: () => {
        const found = this.found(box.value);
        const buttons = found.map(([kind, item]) => h("button", { type: "button", role: "option", onclick: () => take(kind, item.code) },
          h("small", {}, this.t(kind)), ` ${item.label} ${item[this.lang]}`));
        results.replaceChildren(...(box.value.trim() && !found.length ? [h("span", {}, this.t("none"))] : buttons));
      } });
    return h("div", { class: "search", onkeydown: (event) => event.target !== box && keys(event) }, box, results);
  }

  /** Regions and indicators by name, pinyin initials, code or number; beginnings first. */
  found(asked) {
    const text = asked.trim().toLowerCase();
    if (!text) return [];
    const all = [...this.choices.regions.map((item) => ["region", item]), ...this.choices.indicators.map((item) => ["indicator", item])];
    const rank = ([, item]) => {
      const places = [item.zh, item.en, item.initials, item.code, item.label].map((name) => name.toLowerCase().indexOf(text)).filter((at) => at >= 0);
      return places.length ? Math.min(...places) : Infinity;
    };
    return all.map((one) => [rank(one), one]).filter(([at]) => at < Infinity).sort((a, b) => a[0] - b[0]).slice(0, 8).map(([, one]) => one);
  }

  // ---------------------------------------------------------------- asking

  go(region, indicator) {
    Object.assign(this, { region, indicator });
    for (const name of ["region", "indicator"]) this.root.querySelector(`select[name=${name}]`).value = this[name];
    return this.show();
  }

  async show() {
    await this.asked(async () => {
      const view = await this.source.view(this.region, this.indicator);
      if (!view || view.told) return this.tell(view ? view.told[this.lang] : this.t("nothing"));
      this.view = view;
      this.shown = { numbers: view.numbers, texts: view.texts };
      this.setting = Object.keys(this.first).length ? this.first : { ...view.setting };
      this.first = {};
      this.tell("");
      this.draw();
      if (Object.keys(this.setting).length) await this.answer();
    });
  }

  async asOf(year) {
    this.tell(this.t("waiting"));
    await this.asked(async () => {
      const reply = await this.source.asOf(year);
      if (reply.told) return this.tell(reply.told[this.lang]);
      this.choices = reply.choices;
      this.build();
      await this.show();
    });
  }

  /** Run a question; a kernel that does not answer is told, and what is on the screen stays. */
  async asked(question) {
    const begin = performance.now();
    try {
      await question();
    } catch (error) {
      if (error.message !== "no kernel") console.error(error);
      this.tell(this.t("no_kernel"));
    }
    requestAnimationFrame(() => (this.root.dataset.ms = (performance.now() - begin).toFixed(1)));
    this.root.dataset.answers = Number(this.root.dataset.answers || 0) + 1;
  }

  tell(text) {
    this.note.textContent = text;
  }

  /** A lever has moved. While one answer is under way only the latest position waits. */
  moved(kind, position) {
    if (position === null) delete this.setting[kind];
    else this.setting = { ...this.setting, [kind]: position };
    if (this.busy) this.again = true;
    else this.answer();
  }

  async answer() {
    this.busy = true;
    do {
      this.again = false;
      await this.asked(async () => {
        const view = this.view;
        const reply = await this.source.answer(view, this.setting, this.lang);
        if (view !== this.view) return;
        if (reply.refused) return this.tell(reply.refused.join(" "));
        this.tell("");
        this.shown = { numbers: { ...view.numbers, ...reply.numbers }, texts: { ...view.texts, [this.lang]: { ...view.texts[this.lang], ...reply.texts[this.lang] } } };
        this.redraw();
      });
    } while (this.again);
    this.busy = false;
  }

  // ---------------------------------------------------------------- drawing

  get words() {
    return this.shown.texts[this.lang];
  }

  get isMoved() {
    return Object.keys(this.setting).length > 0;
  }

  draw() {
    if (!this.view) return;
    this.drawLevers();
    this.drawInputs();
    this.places.departments.replaceChildren(h("h3", {}, this.t("departments")), ...this.words.departments.map((text) => h("p", {}, text)));
    this.places.methods.replaceChildren();
    if (!this.source.offline && this.view.levers.length)
      this.places.methods.append(h("button", { type: "button", name: "methods", onclick: () => this.askMethods() }, this.t("other_methods")));
    this.drawKeep();
    this.redraw();
    if (this.isMoved && this.lang in this.shown.texts && !this.words.assumed && !this.source.offline) this.answer();
  }

  /** What an answer changes: heading, picture, card, the line of code. */
  redraw() {
    const words = this.words;
    this.places.head.replaceChildren(...there([
      h("h2", {}, words.title, words.demo ? h("mark", {}, words.demo) : null),
      h("p", { class: "sentence" }, words.sentence),
      words.assumed ? h("p", { class: "assumed" }, this.t("what_if", { text: words.assumed })) : null]));
    this.places.chart.replaceChildren(...this.picture());
    this.drawCard();
    const code = this.places.keep.querySelector("code");
    if (code) code.textContent = words.link;
  }

  drawCard() {
    const words = this.words, before = Object.fromEntries(this.view.texts[this.lang].rows.map(([key, , text]) => [key, text]));
    const rows = words.rows.map(([key, label, text]) => h("tr", { "data-row": key }, h("th", { scope: "row" }, label),
      h("td", {}, text, before[key] && before[key] !== text ? h("small", {}, ` (${before[key]})`) : null)));
    this.places.card.replaceChildren(h("h3", {}, this.t("card")),
      h("p", { class: "verdict", "data-verdict": this.shown.numbers.verdict }, words.verdict),
      h("table", {}, h("tbody", {}, rows)),
      ...[...(words.more || []), words.needed, ...words.standing, ...(words.extra || [])].filter(Boolean).map((text) => h("p", { class: "more" }, text)),
      ...(words.tables || []).map((table) => this.table(table.title, table.head, table.rows)));
  }

  table(title, head, rows) {
    return h("details", {}, h("summary", {}, title), h("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": title }, h("table", {},
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((text) => h("td", {}, text))))))));
  }

  drawInputs() {
    const rows = this.words.inputs;
    const dates = this.choices.milestones.map((one) => [one.date, one[this.lang]]);
    this.places.inputs.replaceChildren(
      ...(rows.length ? [this.table(this.t("inputs"), this.t("inputs_head").split(/[;；]/), rows)] : []),
      ...(dates.length ? [this.table(this.t("milestones"), [this.t("due"), this.t("milestone")], dates)] : []));
  }

  async askMethods() {
    const place = this.places.methods, view = this.view;
    place.append(h("p", { class: "more" }, this.t("other_methods_wait")));
    await this.asked(async () => {
      const reply = await this.source.methods(view, this.lang);
      if (view !== this.view) return;
      const table = this.table(this.t("other_methods"), this.t("methods_head").split(/[;；]/), reply.rows);
      table.open = true;
      place.replaceChildren(table);
    });
  }

  drawKeep() {
    if (this.source.offline) return this.places.keep.replaceChildren(h("p", { class: "more" }, this.t("offline")));
    const name = h("input", { name: "scenario", placeholder: this.t("scenario_name"), "aria-label": this.t("scenario_name") });
    const save = async () => this.asked(async () => {
      const reply = await this.source.save(name.value, this.lang);
      this.tell(reply.refused ? reply.refused.join(" ") : this.t("saved", { file: reply.file }));
    });
    this.places.keep.replaceChildren(h("h3", {}, this.t("scenario")), h("div", { class: "row" }, name, h("button", { type: "button", onclick: save }, this.t("save_scenario"))),
      h("p", { class: "more" }, this.t("link"), h("br"), h("code", {}, this.words.link)));
  }

  // ---------------------------------------------------------------- levers

  drawLevers() {
    const place = this.places.levers, words = this.view.texts[this.lang];
    const usable = this.view.levers.filter(() => !this.source.offline || this.view.numbers.at_least || this.view.numbers.at_most);
    place.replaceChildren(h("h3", {}, this.t("levers")));
    if (!usable.length) return place.append(h("p", { class: "more" }, words.no_levers || this.t("no_levers")));
    const parts = { land: (lever, said) => this.landLever(lever, said), projects: (lever, said) => this.projectLever(lever, said) };
    for (const lever of usable) {
      const said = words.levers[lever.kind];
      place.append(h("fieldset", { "data-lever": lever.kind, title: said.note }, h("legend", {}, said.label),
        (parts[lever.kind] || ((one, text) => this.sliderLever(one, text)))(lever, said), h("p", { class: "more" }, said.note)));
    }
    place.append(h("button", { type: "button", name: "reset", onclick: () => { this.setting = {}; this.drawLevers(); this.answer(); } }, this.t("reset")));
  }

  sliderLever(lever, said) {
    const now = this.setting[lever.kind] ?? lever.start ?? "";
    const places = Math.max(0, -Math.floor(Math.log10(lever.step) + 1e-9));
    const printed = (value) => (value === "" ? "" : Number(value).toFixed(places));
    const slider = h("input", { type: "range", name: lever.kind, min: lever.low, max: lever.high, step: lever.step, value: now === "" ? lever.low : now, "aria-label": said.label,
      oninput: () => { box.value = printed(slider.value); this.moved(lever.kind, Number(slider.value)); } });
    const box = h("input", { type: "number", step: "any", value: printed(now), "aria-label": said.label,
      oninput: () => {
        if (box.value.trim() === "") return this.moved(lever.kind, null);
        slider.value = box.value;
        this.moved(lever.kind, Number(box.value));
      } });
    return h("div", { class: "row" }, slider, box, h("span", {}, said.unit));
  }

  landLever(lever, said) {
    const largest = lever.choices.reduce((one, other) => (other[1] > one[1] ? other : one));
    const better = lever.choices.find(([code, area]) => code !== largest[0] && area > largest[1] / 100) || lever.choices[0];
    const now = this.setting.land || { from: largest[0], to: better[0], area: 0 };
    const pick = (value) => h("select", { onchange: () => change() }, lever.choices.map(([code]) => h("option", { value: code, selected: code === value ? "" : null }, said.names[code])));
    const from = pick(now.from), to = pick(now.to);
    const area = h("input", { type: "number", step: "any", value: now.area, "aria-label": this.t("area"), oninput: () => change() });
    const change = () => this.moved("land", Number(area.value) === 0 ? null : { from: from.value, to: to.value, area: Number(area.value) });
    return h("div", { class: "row" }, h("span", {}, this.t("from")), from, h("span", {}, this.t("to")), to, area, h("span", {}, said.unit));
  }

  projectLever(lever, said) {
    const now = { ...(this.setting.projects || {}) };
    const lines = lever.projects.map(({ id }) => {
      const is = now[id] || {};
      const change = () => {
        if (tick.checked) now[id] = { delay: Number(delay.value), scale: Number(scale.value) };
        else delete now[id];
        this.moved("projects", Object.keys(now).length ? { ...now } : null);
      };
      const tick = h("input", { type: "checkbox", onchange: change, ...(id in now ? { checked: "" } : {}) });
      const small = (value, text, step) => h("input", { type: "number", step, min: 0, value, "aria-label": text, title: text, oninput: change });
      const delay = small(is.delay ?? 0, this.t("delay"), 1), scale = small(is.scale ?? 1, this.t("scale"), 0.1);
      return h("div", { class: "row" }, h("label", {}, tick, ` ${said.names[id]}`), h("span", {}, this.t("delay")), delay, h("span", {}, this.t("scale")), scale);
    });
    return h("div", {}, lines);
  }

  // ---------------------------------------------------------------- the picture

  picture() {
    const n = this.shown.numbers, words = this.words, levels = this.choices.levels;
    if (!n.observed.length) return [h("p", { class: "more" }, this.t("nothing"))];
    const last = Math.max(n.hold_until, n.due) + 1; // years beyond the dates of the target tell nothing more
    const fan = n.years.filter((year) => year <= last).map((year, i) => [year, ...[0.025, 0.1, 0.5, 0.9, 0.975].map((level) => quantile(n.quantiles[i], levels, level))]);
    if (fan.length) fan.unshift([n.latest_year, ...Array(5).fill(n.latest)]);
    const years = [n.observed[0][0], Math.max(...n.observed.map(([year]) => year), ...fan.map(([year]) => year), n.hold_until)];
    const values = [...n.observed.map(([, value]) => value), ...fan.flatMap((row) => [row[1], row[5]]), ...(n.target === null ? [] : [n.target])];
    const [low, high, ticks] = scale(Math.min(...values), Math.max(...values), n.low, n.high);
    const left = Math.max(LEFT, 12 + Math.max(...ticks.map((tick) => breadth(printed(tick, ticks)))));
    const x = (year) => left + ((year - years[0] + 0.3) / (years[1] - years[0] + 0.6)) * (WIDTH - left - RIGHT);
    const y = (value) => HEIGHT - FOOT - ((value - low) / (high - low)) * (HEIGHT - FOOT - TOP);
    const line = (points) => points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
    const band = (a, b) => `${line(fan.map((row) => [row[0], row[a]]))}${line([...fan].reverse().map((row) => [row[0], row[b]])).replace("M", "L")}Z`;
    const text = (at, to, said, more = {}) => svg("text", { x: at, y: to, ...more }, said);
    const every = Math.ceil((years[1] - years[0] + 1) / 12);
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${words.title}. ${words.sentence || words.verdict}` },
      svg("title", {}, words.demo ? `${words.title} ${words.demo}` : words.title),
      ticks.map((tick) => [svg("path", { class: "grid", d: `M${left} ${y(tick)}H${WIDTH - RIGHT}` }), text(left - 8, y(tick) + 4, printed(tick, ticks), { class: "tick", "text-anchor": "end" })]),
      Array.from({ length: years[1] - years[0] + 1 }, (_, i) => years[0] + i).filter((year) => (year - years[0]) % every === 0)
        .map((year) => text(x(year), HEIGHT - FOOT + 21, year, { class: "tick", "text-anchor": "middle" })),
      fan.length ? [svg("path", { class: "band95", d: band(1, 5) }), svg("path", { class: "band80", d: band(2, 4) })] : null,
      this.isMoved ? svg("path", { class: "was", d: line([[n.latest_year, n.latest], ...this.view.numbers.years.filter((year) => year <= last).map((year, i) => [year, quantile(this.view.numbers.quantiles[i], levels, 0.5)])]) }) : null,
      svg("path", { class: "median", d: line(fan.map((row) => [row[0], row[3]])) }),
      svg("path", { class: "history", d: runs(n.observed).map(line).join("") }),
      n.target === null ? null : this.targetLine(left, y(n.target), words.target_label),
      this.dates(n, x),
      this.choices.milestones.filter((one) => one.at >= years[0] && one.at <= years[1] + 1).map((one) =>
        svg("path", { class: "milestone", d: `M${x(one.at - 0.5)} ${HEIGHT - FOOT}l-4 7h8Z` }, svg("title", {}, `${one.date} ${one[this.lang]}`))),
      n.observed.map(([year, value, status]) => svg("path", { class: `point ${status}`, d: mark(status, x(year), y(value)) },
        svg("title", {}, `${year}: ${printed(value, [value, value + 10 ** -n.decimals])} ${words.unit} ${this.t(`legend_${status}`)}`))));
    return [h("h3", {}, words.unit ? this.t("trend_in", { unit: words.unit }) : this.t("trend")), this.legend(n, fan), picture];
  }

  /** The line to be met, its label on its end: whatever its length and the size of the type, it ends with the picture. */
  targetLine(left, at, label) {
    const over = at - TOP > 24; // no room above a line at the upper end
    return [svg("path", { class: "target", d: `M${left} ${at}H${WIDTH}` }),
      svg("text", { class: "target-label", x: WIDTH, y: over ? at - 7 : at + 20, "text-anchor": "end" }, label)];
  }

  /** Due and re-inspection year; one mark where they are the same. */
  dates(n, x) {
    const years = new Map([[n.due, "due"]]);
    years.set(n.hold_until, "hold");
    const labels = Object.fromEntries([...years].map(([year, key]) => [key, `${this.t(key)} ${year}`]));
    const close = years.size > 1 && Math.abs(x(n.hold_until) - x(n.due)) < (breadth(labels.due) + breadth(labels.hold)) / 2 + 10;
    const anchor = { due: close ? "end" : "middle", hold: close ? "start" : "middle" }; // close names part
    return [...years].map(([year, key]) => {
      const most = WIDTH - breadth(labels[key]) * { start: 1, middle: 0.5, end: 0 }[anchor[key]];
      return [svg("path", { class: "date", d: `M${x(year)} ${TOP}V${HEIGHT - FOOT}` }),
        svg("text", { class: "date-label", x: Math.min(x(year), most), y: HEIGHT - 6, "text-anchor": anchor[key] }, labels[key])];
    });
  }

  legend(n, fan) {
    const swatch = (...shapes) => svg("svg", { viewBox: "0 0 22 12", width: 22, height: 12, "aria-hidden": "true" }, shapes);
    const entry = (symbol, text) => h("span", {}, symbol, ` ${text}`);
    const statuses = [...new Set(n.observed.map(([, , status]) => status))];
    const parts = statuses.map((status) => entry(swatch(svg("path", { class: `point ${status}`, d: mark(status, 11, 6) })), this.t(`legend_${status}`)));
    if (fan.length) {
      parts.push(entry(swatch(svg("path", { class: "median", d: "M1 6H21" })), this.t("median")));
      for (const name of ["band80", "band95"]) parts.push(entry(swatch(svg("path", { class: name, d: "M1 1H21V11H1Z" })), this.t(name)));
    }
    if (n.target !== null) parts.push(entry(swatch(svg("path", { class: "target", d: "M1 6H21" })), this.t("target")));
    return h("p", { class: "legend" }, parts);
  }
}

/** How broad a label is at most, in the picture's units: in the larger type of a narrow screen. */
function breadth(label) {
  return [...label].reduce((sum, one) => sum + (one > "\u2e80" ? 21 : 11), 0);
}

/** Measured: a disc; estimated: a ring; demo data: a hollow diamond. */
function mark(status, x, y) {
  const at = `${x.toFixed(1)} ${y.toFixed(1)}`;
  return status === "demo" ? `M${at}m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5Z` : `M${at}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z`;
}

/** Unbroken runs of years: a gap stays a gap. */
function runs(observed) {
  const parts = [];
  observed.forEach(([year, value], i) => {
    if (!i || year !== observed[i - 1][0] + 1) parts.push([]);
    parts.at(-1).push([year, value]);
  });
  return parts;
}

/** Round ends and ticks that hold the values; no scale runs on where there can be no value. */
function scale(least, most, low, high) {
  const spread = most - least || Math.abs(most) * 0.1 || 1;
  let bottom = least - 0.06 * spread, top = most + 0.06 * spread;
  const rough = (top - bottom) / 6, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((one) => one * power >= rough);
  bottom = Math.floor(bottom / step) * step;
  top = Math.ceil(top / step) * step;
  if (low !== null) bottom = Math.max(bottom, Math.min(low, least));
  if (high !== null) top = Math.min(top, Math.max(high, most));
  const ticks = [];
  for (let tick = Math.ceil(bottom / step - 1e-9) * step; tick <= top + step * 1e-9; tick += step) ticks.push(tick);
  return [bottom, top, ticks];
}

function printed(value, ticks) {
  const step = Math.abs(ticks[1] - ticks[0]) || 1;
  return number(value, Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9 + (/^[25]/.test(step.toPrecision(1)) && step.toPrecision(2)[1] === "5" ? 1 : 0)))));
}

// ------------------------------------------------------------------ an answer without a kernel

/** A quantile between those that are known. */
function quantile(row, levels, level) {
  const i = levels.findIndex((one) => one >= level);
  if (i <= 0) return row[i === 0 ? 0 : row.length - 1];
  return row[i - 1] + ((level - levels[i - 1]) / (levels[i] - levels[i - 1])) * (row[i] - row[i - 1]);
}

/** Chance that a value with these quantiles is at least `target` (at most, where `sign` is −1). */
function chanceOf(row, levels, target, sign) {
  const values = sign > 0 ? row : row.map((value) => -value).reverse(), goal = sign * target;
  const slack = 1e-5 * Math.max(1, Math.abs(target)); // quantiles are written with five digits
  const i = values.findIndex((value) => value >= goal - slack);
  if (i < 0) return levels[0] / 2;
  if (i === 0) return 1 - levels[0] / 2;
  const part = values[i] > values[i - 1] ? Math.min(1, Math.max(0, (goal - values[i - 1]) / (values[i] - values[i - 1]))) : 1;
  return 1 - (levels[i - 1] + part * (levels[i] - levels[i - 1]));
}

/** Quantiles of every year after levers have pushed them, by the same rules as the library's `levers.push`. */
function pushed(view, setting, levels) {
  const n = view.numbers, lever = Object.fromEntries(view.levers.map((one) => [one.kind, one]));
  return n.years.map((year, i) => {
    const acting = Math.max(0, year - n.acting_from), middle = quantile(n.quantiles[i], levels, 0.5);
    let factor = 1, added = 0;
    if ("pace" in setting) added += n.latest + setting.pace * (year - n.latest_year) - middle;
    if ("growth" in setting) {
      const once = (100 + lever.growth.start) / (100 + setting.growth);
      if (!n.is_change) [factor, added] = [factor * once ** acting, added * once ** acting];
      else {
        const step = acting === 0 ? 1 : n.is_change === 2 ? once ** acting : once;
        [factor, added] = [factor * step, 100 - (100 - added) * step];
      }
    }
    if ("things" in setting) added += lever.things.each * (setting.things - lever.things.start) * acting;
    if (setting.land && acting > 0) {
      const worth = Object.fromEntries(lever.land.choices.map(([code, , each]) => [code, each]));
      added += (worth[setting.land.to] - worth[setting.land.from]) * setting.land.area;
    }
    const within = (value) => Math.min(n.high ?? Infinity, Math.max(n.low ?? -Infinity, value));
    const row = n.quantiles[i].map((value) => within(value * factor + added));
    return mixed(row, lever.projects, setting.projects, i, levels, within);
  });
}

/** Projects come true or not, late or in time: every combination has its share, and the mixture its quantiles. */
function mixed(row, lever, chosen, i, levels, within) {
  if (!lever || !chosen) return row;
  let cases = [[1, 0]]; // share, what is added
  for (const project of lever.projects.filter(({ id }) => id in chosen)) {
    const { delay = 0, scale = 1 } = chosen[project.id];
    const gain = (late) => scale * (project.gain[i - late] ?? (i - late < 0 ? 0 : project.gain.at(-1)));
    const late = project.probability * project.delay_probability;
    const ways = [[1 - project.probability, 0], [project.probability - late, gain(delay)], [late, gain(delay + project.delay_years)]];
    cases = cases.flatMap(([share, sum]) => ways.filter(([w]) => w > 1e-12).map(([w, more]) => [share * w, sum + more]));
  }
  const pool = cases.flatMap(([share, sum]) => row.map((value) => [within(value + sum), share / row.length])).sort((a, b) => a[0] - b[0]);
  let reached = 0, at = 0;
  const totals = pool.map(([, share]) => (reached += share) - share / 2);
  return levels.map((level) => {
    while (at < totals.length - 1 && totals[at] < level) at += 1;
    return pool[at][0];
  });
}

function offlineAnswer(view, setting, choices, lang) {
  const n = view.numbers, t = choices.texts[lang], words = view.texts[lang], levels = choices.levels;
  const asked = Object.fromEntries(Object.entries(setting).filter(([kind, at]) => {
    const lever = view.levers.find((one) => one.kind === kind);
    return typeof at === "object" ? true : at !== lever.start;
  }));
  if (!Object.keys(asked).length) return { setting: {}, numbers: n, texts: { [lang]: words } };
  const refused = wrong(view, asked, t, words);
  if (refused.length) return { refused };
  const sign = n.at_least ? 1 : -1;
  const target = asked.target ?? n.target, due = asked.due ?? n.due, hold = Math.max(n.hold_until, due);
  const milestone = due <= n.as_of ? hold : due;
  const rows = pushed(view, asked, levels);
  const at = (year) => (n.years.includes(year) ? chanceOf(rows[n.years.indexOf(year)], levels, target, sign) : Number(sign * (n.latest - target) >= 0));
  const isMet = sign * (n.latest - target) >= -1e-6 * Math.max(1, Math.abs(target));
  const first = isMet ? n.acting_from + 1 : milestone;
  const held = n.years.filter((year) => year >= first && year <= hold).map(at);
  const reach = at(milestone), keep = held.length ? Math.min(...held) : reach;
  const verdict = isMet ? (keep >= 0.8 ? "reached" : "reached_at_risk") : ["likely", "possible", "hard"][n.bounds.findIndex((bound) => reach >= bound)] || "out_of_reach";
  const row = n.years.includes(milestone) ? rows[n.years.indexOf(milestone)] : rows.at(-1);
  const left = milestone - n.latest_year;
  const sure = (target + quantile(row, levels, 0.5) - quantile(row, levels, n.at_least ? 0.2 : 0.8) - n.latest) / left;
  const decimals = Math.max(1, n.decimals), gap = isMet ? 0 : Math.abs(target - Number(number(n.latest, n.decimals, false)));
  const required = (Math.sign(target - n.latest) * gap) / left; // from what is printed
  const measured = (value, places, unit) => `${number(value, places)} ${unit}`.trim();
  const values = { year: n.latest_year, milestone, hold, due };
  const found = {
    value: words.rows.find(([key]) => key === "value")?.[2],
    target: `${n.at_least ? "≥" : "≤"} ${measured(target, digits(target), words.unit)}`,
    chance: isMet ? "" : chance(reach),
    hold: fill(t.offline_hold, { chance: chance(keep) }),
    gap: gap ? measured(gap, Math.max(n.decimals, digits(target)), words.gap_unit) : "",
    things: things(n, target, isMet, words.things_unit),
    pace_observed: words.rows.find(([key]) => key === "pace_observed")?.[2],
    pace_required: isMet || left <= 0 ? "" : measured(required, decimals, words.gap_unit),
    pace_for_80: isMet || left <= 0 ? "" : measured(sign > 0 ? Math.max(sure, required) : Math.min(sure, required), decimals, words.gap_unit),
  };
  const card = Object.entries(found).filter(([, text]) => text).map(([key, text]) => [key, fill(t[`row.${key}`], values), text]);
  const assumed = Object.entries(asked).map(([kind, where]) => told(kind, where, words, lang)).join(lang === "zh" ? "；" : "; ");
  const key = verdict === "out_of_reach" && n.pressing ? "verdict.out_of_reach_pressing" : `verdict.${verdict}`;
  return {
    setting: asked,
    numbers: { quantiles: rows, target, due, hold_until: hold, milestone, p_reach: isMet ? 1 : reach, p_hold: keep, verdict },
    texts: { [lang]: { verdict: t[key], sentence: "", more: [], rows: card, assumed, target_label: `${t.target} ${found.target}` } },
  };
}

function told(kind, where, words, lang) {
  const { unit, names } = words.levers[kind], label = words.levers[kind].label + (lang === "zh" ? "" : ":");
  if (kind === "land") return `${label} ${names[where.from]} → ${names[where.to]} ${where.area} ${unit}`;
  if (kind === "projects") return Object.keys(where).join(", ");
  return `${label} ${number(where, digits(where))} ${unit}`.trim();
}

/** Things missing to a target, as the library counts them. */
function things(n, target, isMet, unit) {
  if (isMet || !n.parts) return "";
  const { numerator, denominator, factor, size, counted } = n.parts;
  const exact = (n.at_least ? 1 : -1) * ((target * denominator) / factor - numerator);
  const count = counted ? Math.ceil(exact - 1e-9) : exact / size;
  return `${number(count, counted || count >= 100 ? 0 : count >= 10 ? 1 : 2)} ${unit}`;
}

/** What cannot be, in sentences; the same refusals as the library's `levers.checked`. */
function wrong(view, asked, t, words) {
  const n = view.numbers, sentences = [];
  for (const [kind, where] of Object.entries(asked)) {
    const lever = view.levers.find((one) => one.kind === kind), name = t[`lever.${kind}`], unit = words.levers[kind].unit;
    const plain = (value) => number(value, digits(value));
    if (kind === "projects") continue;
    const position = kind === "land" ? where.area : where;
    if (!Number.isFinite(position)) sentences.push(fill(t["lever.refused.no_number"], { lever: name, asked: position }));
    else if (kind === "due") {
      if (position < lever.low || position > lever.high || position % 1) sentences.push(fill(t["lever.refused.due"], { asked: position, low: lever.low, high: lever.high }));
    } else if ((kind === "things" || kind === "land") && position < 0) sentences.push(fill(t["lever.refused.negative"], { lever: name, asked: plain(position) }));
    else if (kind === "things") {
      const years = Math.max(1, n.milestone - n.acting_from);
      if (n.left !== null && position * years > n.left * (1 + 1e-9))
        sentences.push(fill(t["lever.refused.more_than_left"], { asked: `${plain(position)} ${unit}`, left: `${plain(n.left)} ${unit}`, years }));
    } else if (kind === "land") {
      const there = lever.choices.find(([code]) => code === where.from)[1];
      if (position > there) sentences.push(fill(t["lever.refused.no_land"], { name: words.levers.land.names[where.from], there: plain(there), asked: plain(position) }));
    } else if (position < lever.low - 1e-9 || position > lever.high + 1e-9)
      sentences.push(fill(t["lever.refused.outside"], { lever: name, low: plain(lever.low), high: plain(lever.high), unit, asked: plain(position) }));
  }
  return sentences;
}

// ------------------------------------------------------------------ numbers, as the library prints them

/** Rounded half to even on decimal digits, thousands apart, a true minus. */
function number(value, places, dressed = true) {
  const size = 10 ** places, raised = Number((Math.abs(value) * size).toFixed(6)), whole = Math.floor(raised);
  const up = raised - whole > 0.5 || (raised - whole === 0.5 && whole % 2 === 1);
  const text = ((whole + (up ? 1 : 0)) / size).toFixed(places);
  if (!dressed) return `${value < 0 ? "-" : ""}${text}`;
  const [before, after] = text.split(".");
  const apart = before.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return `${value < 0 && /[1-9]/.test(text) ? "\u2212" : ""}${apart}${after ? `.${after}` : ""}`;
}

/** As many decimals as a number was set with. */
function digits(value) {
  return (String(Number(value.toPrecision(8))).split(".")[1] || "").length;
}

function chance(p) {
  return p < 0.01 ? "<1 %" : p > 0.99 ? ">99 %" : `${number(100 * p, 0)} %`;
}
