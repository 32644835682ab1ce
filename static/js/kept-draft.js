// <kept-draft> in a member's form: what is written is saved on the server two seconds after typing stops and at least
// every fifteen, and comes back on any device. Two devices that write at once are asked which text to go on with.
class KeptDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.status = this.querySelector("[role=status]");
    this.choice = this.querySelector(".cluster");
    this.number = this.dataset.number === undefined ? null : Number(this.dataset.number);
    this.form.addEventListener("input", (event) => event.target.name && this.wait());
    this.form.addEventListener("submit", () => (clearTimeout(this.timer), (this.closed = true)));
    this.form.addEventListener("focusin", () => this.fetchOnce());
    this.choice.addEventListener("click", ({ target }) => {
      if (target.value === "theirs") this.take(this.other);
      else if (target.value) this.save(this.other.number);
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.changedAt && this.save());
    window.addEventListener("pageshow", () => (this.closed = false));
  }

  async fetchOnce() {
    if (this.number !== null) return;
    this.fetched ??= fetch(`/drafts/saved?subject=${encodeURIComponent(this.dataset.subject)}`).then((answer) => answer.json()).catch(() => null);
    const found = await this.fetched;
    if (this.number !== null) return;
    this.number = 0; // where something is written already, saving meets the other text, and they choose
    if (found?.number && ["title", "body"].every((name) => !this.form.elements[name]?.value)) this.take(found);
  }

  wait() {
    if (this.closed || !this.choice.hidden) return;
    this.changedAt ||= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(2000, this.changedAt + 15000 - Date.now())));
  }

  async save(number) {
    await this.fetchOnce();
    if (this.saving || this.closed) return void (this.saving && this.wait());
    this.changedAt = 0;
    this.saving = true;
    const body = new FormData(this.form);
    body.set("subject", this.dataset.subject);
    body.set("number", number ?? this.number);
    const answer = await fetch("/drafts", { method: "POST", body, keepalive: document.hidden }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    this.saving = false;
    if (answer?.ok && said) this.number = said.number;
    this.status.textContent = answer?.ok && said ? this.dataset.saved : said?.said || this.dataset.failed;
    this.other = said;
    this.choice.hidden = answer?.status !== 409;
  }

  take(draft) {
    this.number = draft.number;
    this.choice.hidden = true;
    for (const [name, value] of Object.entries(draft.body)) if (this.form.elements[name]) this.form.elements[name].value = value;
    this.status.textContent = this.dataset.restored;
  }
}
customElements.define("kept-draft", KeptDraft);
