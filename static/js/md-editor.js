// <md-editor>: Write and Preview as tabs over one text area, and Ctrl+Enter (or Cmd+Enter) to send.
class MdEditor extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.sheet = this.querySelector(".editor__preview");
    this.tabs = this.querySelectorAll(".editor__tabs button");
    this.querySelector(".editor__tabs").hidden = false;
    this.querySelector(".editor__look").hidden = true;
    this.tabs.forEach((tab, index) => tab.addEventListener("click", () => this.turn(index === 1)));
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.area.form.requestSubmit();
    });
  }

  async turn(looking) {
    this.tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", String((index === 1) === looking)));
    this.area.hidden = looking;
    this.sheet.hidden = !looking;
    this.querySelector("md-tools").inert = looking;
    if (looking) await this.preview();
    else this.area.focus();
  }

  // What the tools put in, in place of what is selected. The old command is the one way that keeps the browser's undo.
  put(text) {
    if (this.area.hidden) this.turn(false);
    this.area.focus();
    if (document.execCommand("insertText", false, text)) return;
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async preview() {
    if (!this.area.value.trim()) return void (this.sheet.textContent = this.dataset.empty);
    const body = new FormData();
    body.set("csrf_token", this.area.form.elements.csrf_token.value);
    body.set("body", this.area.value);
    this.sheet.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.dataset.preview, { method: "POST", body, headers: { "X-Fragment": "1" } });
      if (answer.ok || answer.status === 422) this.sheet.innerHTML = await answer.text();
      else this.sheet.textContent = this.dataset.failed;
    } catch {
      this.sheet.textContent = this.dataset.failed;
    }
    this.sheet.removeAttribute("aria-busy");
  }
}
customElements.define("md-editor", MdEditor);
