// <read-beside> around a dialog: what may answer the question opens beside the form called ask, and the draft stays.
const WIDE = matchMedia("(min-width: 60rem)");

class ReadBeside extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById("ask");
    this.dialog = this.querySelector("dialog");
    this.place = this.dialog.querySelector("div");
    this.form.addEventListener("click", (event) => this.opened(event));
    this.dialog.querySelector("button").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && this.dialog.close());
    this.dialog.addEventListener("close", () => this.origin().focus());
  }

  // Where reading began; suggestions that came meanwhile have put a button of the same name in its place, or none.
  origin() {
    if (this.from.isConnected) return this.from;
    const again = this.form.querySelector(`${this.from.localName}[data-beside="${this.from.dataset.beside}"]`);
    return again?.checkVisibility() ? again : this.form.elements.title;
  }

  async opened(event) {
    const from = event.target.closest("[data-beside]");
    if (!from || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.from = from;
    const body = new FormData(this.form);
    const answer = await fetch(from.dataset.beside, { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null) return void window.open(from.href || from.closest("li").querySelector("a").href, "_blank", "noopener");
    this.place.innerHTML = html;
    if (!this.dialog.open) WIDE.matches ? this.dialog.show() : this.dialog.showModal();
    this.dialog.scrollTop = 0;
    this.place.querySelector("#beside-title").focus();
  }
}
customElements.define("read-beside", ReadBeside);
