// <md-mentions> in <md-editor>: after an @ the people it may mean, as a listbox that the text area keeps the focus from.
class MdMentions extends HTMLElement {
  connectedCallback() {
    this.editor = this.closest("md-editor");
    this.area = this.editor.querySelector("textarea");
    this.list = this.querySelector("[role=listbox]");
    this.area.setAttribute("aria-controls", this.list.id);
    this.area.addEventListener("input", () => setTimeout((typed) => this.look(typed), 120, this.area.value));
    this.area.addEventListener("keydown", (event) => event.isComposing || this.list.hidden || this.key(event), true);
    this.area.addEventListener("blur", () => this.show(""));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays where the text is
    this.list.addEventListener("click", (event) => (event.preventDefault(), this.take(event.target.closest("[role=option]"))));
  }

  begun() {
    return this.area.value.slice(0, this.area.selectionStart).match(/(?:^|[\s(])@([\p{L}\p{N}-]{1,40})$/u)?.[1];
  }

  async look(typed) {
    const begun = typed === this.area.value && this.begun(); // more keys may have followed: then their turn comes
    const answer = begun && (await fetch(`/people/suggest?q=${encodeURIComponent(begun)}`).catch(() => null));
    const html = answer?.ok ? await answer.text().catch(() => "") : "";
    if (this.begun() === begun && document.activeElement === this.area) this.show(html);
  }

  show(html) {
    this.list.innerHTML = html;
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, number) => (option.id = `${this.list.id}-${number}`));
    this.list.hidden = !this.options.length;
    this.querySelector("[role=status]").textContent = this.list.firstElementChild?.dataset.said ?? "";
    this.select(this.options[0]);
  }

  select(option) {
    this.chosen = option;
    for (const one of this.options) one.ariaSelected = String(one === option);
    this.area.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.select(this.options.at((this.options.indexOf(this.chosen) + step) % this.options.length));
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) this.take(this.chosen);
    else if (event.key === "Escape") this.show("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(option) {
    const begun = this.begun() ?? "";
    this.area.setSelectionRange(this.area.selectionStart - begun.length, this.area.selectionStart);
    if (option && begun) this.editor.put(`${option.dataset.handle} `);
    this.show("");
  }
}
customElements.define("md-mentions", MdMentions);
