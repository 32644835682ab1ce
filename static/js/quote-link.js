// <quote-link> around a link to a sheet that begins with a quotation: where this page has an editor for an answer, what
// is selected in the post (or all of it) is quoted there.
class QuoteLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", () => (this.chosen = this.selected())); // a touch may take the selection away
    this.addEventListener("click", (event) => this.quote(event));
  }

  body() {
    return this.closest("article").querySelector(".answer__body, .question__body");
  }

  selected() {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    return range && this.body().contains(range.commonAncestorContainer) ? String(getSelection()).trim() : "";
  }

  quote(event) {
    const editor = document.querySelector("#your-answer md-editor");
    if (!editor || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const words = this.selected() || this.chosen || this.body().innerText.trim();
    const lines = words.split("\n").map((line) => `> ${line}`.trimEnd());
    const before = editor.area.value.slice(0, editor.area.selectionStart);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    editor.put(`${gap}${lines.join("\n")}\n>\n> – [${this.dataset.by}](${this.dataset.address})\n\n`);
  }
}
customElements.define("quote-link", QuoteLink);
