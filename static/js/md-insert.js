// <md-insert> in <md-editor>: its link opens a dialog, and what is chosen there goes into the text where one was writing.
// What there is to choose is searched for in the dialog, or, with data-source, fetched when it opens.
class MdInsert extends HTMLElement {
  connectedCallback() {
    this.link = this.querySelector("a");
    this.dialog = this.querySelector("dialog");
    this.link.addEventListener("click", (event) => this.open(event));
    this.dialog.addEventListener("click", (event) => this.choose(event));
    this.dialog.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && event.preventDefault()); // it would post
  }

  async open(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (this.dataset.source) {
      const answer = await fetch(this.dataset.source, { headers: { "X-Fragment": "1" } }).catch(() => null);
      const html = answer?.ok ? await answer.text().catch(() => null) : null;
      if (html === null) return void window.open(this.link.href, "_blank", "noopener");
      this.dialog.querySelector(".insert__choices").innerHTML = html;
    }
    this.dialog.showModal();
  }

  choose(event) {
    const chosen = event.target.closest("[data-markdown]");
    if (!chosen && !event.target.closest(".insert__close") && event.target !== this.dialog) return;
    event.preventDefault();
    this.dialog.close();
    if (chosen) this.closest("md-editor").put(chosen.dataset.markdown);
  }
}
customElements.define("md-insert", MdInsert);
