// <tag-field> around a field for several tags and its <datalist>: the browser offers the tags that the last word typed
// may be, each with the words before it, so that choosing one keeps them.
class TagField extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.options = this.querySelector("datalist");
    this.field.setAttribute("list", this.options.id);
    this.field.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.look(), 150);
    });
  }

  async look() {
    const [, before, word] = this.field.value.match(/^(.*[\s,;])?([^\s,;]*)$/);
    if (!word) return this.options.replaceChildren();
    this.looking?.abort();
    const looking = (this.looking = new AbortController());
    const address = `/tags?q=${encodeURIComponent(word)}`;
    const answer = await fetch(address, { signal: looking.signal, headers: { "X-Fragment": "1" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null || looking.signal.aborted) return;
    this.options.innerHTML = html;
    for (const option of this.options.children) option.value = `${before ?? ""}${option.value}`;
  }
}
customElements.define("tag-field", TagField);
