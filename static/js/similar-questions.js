// <similar-questions> in the form for asking: what may answer the question already comes up when its title or its
// details are left, or when the button is pressed, without leaving the page.
class SimilarQuestions extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.place = this.querySelector("[role=status]");
    this.form.addEventListener("change", (event) => {
      if (["title", "body"].includes(event.target.name) && this.form.elements.title.value.trim().length > 2) this.look();
    });
    this.querySelector("button").addEventListener("click", (event) => {
      event.preventDefault();
      this.look();
    });
  }

  async look() {
    this.looking?.abort();
    const looking = (this.looking = new AbortController());
    const body = new FormData(this.form);
    body.set("check", "1");
    const answer = await fetch(this.form.action, { method: "POST", body, signal: looking.signal, headers: { "X-Fragment": "1" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html !== null && !looking.signal.aborted) this.place.innerHTML = html;
  }
}
customElements.define("similar-questions", SimilarQuestions);
