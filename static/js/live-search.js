// <live-search data-source="/search/suggest"> around a text input: what it may be about, while typing, as a combobox
// with a listbox. Without it the form around or inside simply submits.
const WAIT = 150;
const PAUSE = 1000; // after so long without a key, what stands there counts as one search
const KEPT = 60;
const answers = new Map(); // what was asked on this page, the oldest first
const counted = new Set();
let made = 0;

class LiveSearch extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search], input[type=text], input:not([type])");
    if (!this.input || this.list) return;
    this.list = Object.assign(document.createElement("div"), { id: `suggestions-${++made}`, className: "suggestions", role: "listbox", ariaLabel: this.dataset.label || "Suggestions", hidden: true });
    this.said = Object.assign(document.createElement("p"), { className: "visually-hidden", role: "status" });
    Object.assign(this.input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false", autocomplete: "off" });
    this.input.setAttribute("aria-controls", this.list.id);
    (this.querySelector("form") || this.input).after(this.list, this.said);
    this.options = [];
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (event) => event.isComposing || this.key(event));
    this.list.addEventListener("click", (event) => this.tell(event.target.closest("a[data-position]:not([ping])")));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where the text is
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.close());
    this.addEventListener("submit", () => this.close());
  }

  wait() {
    this.stop();
    this.timers = [setTimeout(() => this.ask(false), WAIT), setTimeout(() => this.ask(true), WAIT + PAUSE)];
  }

  stop() {
    this.timers?.forEach(clearTimeout);
    this.asking?.abort();
  }

  async ask(final) {
    if (this.input.value.trim().length < 2) return this.close();
    const address = this.address();
    const name = address.href;
    if (final && counted.has(name)) return;
    const kept = answers.get(name);
    if (kept !== undefined) this.show(kept);
    if (kept !== undefined && !final) return;
    if (final) address.searchParams.set("final", "1");
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const answer = await fetch(address, { signal: asking.signal, headers: { "X-Fragment": "1" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null || asking.signal.aborted) return;
    if (final) counted.add(name);
    if (answers.size >= KEPT) answers.delete(answers.keys().next().value);
    answers.set(name, html);
    this.show(html);
  }

  // A hit that is opened before the pause: the search and what came of it are told of together.
  tell(hit) {
    if (!hit) return;
    this.stop();
    const address = this.address();
    address.searchParams.set("final", "1");
    address.searchParams.set("opened", hit.dataset.position);
    counted.add(this.address().href);
    fetch(address, { headers: { "X-Fragment": "1" }, keepalive: true }).catch(() => null);
  }

  address() {
    const address = new URL(this.dataset.source || "/search/suggest", location.href);
    address.searchParams.set("q", this.input.value.trim());
    return address;
  }

  show(html) {
    const active = this.active?.href;
    this.list.innerHTML = html;
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, number) => { option.id = `${this.list.id}-${number}`; });
    this.open(this.options.length > 0 && this.contains(document.activeElement));
    this.select(this.options.find((option) => option.href === active));
    const said = this.list.firstElementChild?.dataset.said || "";
    if (this.said.textContent !== said) this.said.textContent = said;
  }

  select(option) {
    if (this.active) this.active.ariaSelected = "false";
    if (option) option.ariaSelected = "true";
    option?.scrollIntoView({ block: "nearest" });
    this.active = option;
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const at = this.options.indexOf(this.active);
    const last = this.options.length - 1;
    if (this.list.hidden) {
      if (event.key !== "ArrowDown" || !this.options.length) return;
      this.open(true);
      this.select(this.options[0]);
    } else if (event.key === "ArrowDown") this.select(at === last ? undefined : this.options[at + 1]);
    else if (event.key === "ArrowUp") this.select(at === -1 ? this.options[last] : this.options[at - 1]);
    else if (event.key === "Home" && this.active) this.select(this.options[0]);
    else if (event.key === "End" && this.active) this.select(this.options[last]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.active) this.active.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  open(open) {
    this.list.hidden = !open;
    this.input.ariaExpanded = String(open);
  }

  close() {
    this.stop();
    this.open(false);
    this.select(undefined);
    this.said.textContent = "";
  }
}

customElements.define("live-search", LiveSearch);
