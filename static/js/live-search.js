// <live-search data-source="/search/suggest"> around a text input: hits while typing, as a combobox with a listbox.
// Without it the form around or inside simply submits.
let made = 0;

class LiveSearch extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search], input[type=text], input:not([type])");
    if (!this.input || this.list) return;
    this.list = Object.assign(document.createElement("ul"), { id: `suggestions-${++made}`, className: "suggestions", role: "listbox", ariaLabel: this.input.ariaLabel || "Suggestions", hidden: true });
    this.said = Object.assign(document.createElement("p"), { className: "visually-hidden", role: "status" });
    Object.assign(this.input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false", autocomplete: "off" });
    this.input.setAttribute("aria-controls", this.list.id);
    (this.querySelector("form") || this.input).after(this.list, this.said);
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.close());
  }

  wait() {
    this.timers?.forEach(clearTimeout);
    // The second asks again after a pause: what stands there then counts as one search.
    this.timers = [setTimeout(() => this.ask(false), 180), setTimeout(() => this.ask(true), 1180)];
  }

  async ask(final) {
    this.asking?.abort();
    if (this.input.value.trim().length < 2) return this.close();
    this.asking = new AbortController();
    const address = new URL(this.dataset.source || "/search/suggest", location.href);
    address.searchParams.set("q", this.input.value.trim());
    if (final) address.searchParams.set("final", "1");
    const answer = await fetch(address, { signal: this.asking.signal, headers: { "X-Fragment": "1" } }).catch(() => null);
    if (answer?.ok) this.show(await answer.text().catch(() => ""));
  }

  show(html) {
    const chosen = this.active?.href;
    this.list.innerHTML = html;
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, number) => { option.id = `${this.list.id}-${number}`; });
    this.open(this.options.length > 0 && this.contains(document.activeElement));
    this.select(this.options.find((option) => option.href === chosen));
    this.said.textContent = this.options.length;
  }

  select(option) {
    if (this.active) this.active.ariaSelected = "false";
    if (option) option.ariaSelected = "true";
    option?.scrollIntoView({ block: "nearest" });
    this.active = option;
    this.input.setAttribute("aria-activedescendant", option?.id || "");
  }

  key(event) {
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.select(this.options.at(Math.max(this.options.indexOf(this.active) + step, -1) % this.options.length));
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.active) this.active.click();
    else return;
    event.preventDefault();
  }

  open(open) {
    this.list.hidden = !open;
    this.input.ariaExpanded = String(open);
  }

  close() {
    this.timers?.forEach(clearTimeout);
    this.asking?.abort();
    this.open(false);
    this.select(undefined);
  }
}

customElements.define("live-search", LiveSearch);
