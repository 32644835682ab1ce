// <similar-questions> in the form for asking: what may answer the question already comes up below its title while that
// is typed, when it or the details are left, or when the button is pressed, without leaving the page.
const PAUSE = 700, WORDS = 3, CHARACTERS = 10;

class SimilarQuestions extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.place = this.querySelector("[role=status]");
    this.form.addEventListener("input", (event) => event.target.name === "title" && this.wait());
    this.form.addEventListener("change", (event) => {
      if (["title", "body"].includes(event.target.name) && this.form.elements.title.value.trim().length > 2) this.look();
    });
    this.querySelector("button").addEventListener("click", (event) => {
      event.preventDefault();
      this.look();
    });
  }

  wait() {
    clearTimeout(this.timer);
    const title = this.form.elements.title.value.trim();
    if (title.length < CHARACTERS && title.split(/\s+/).length < WORDS) return;
    this.timer = setTimeout(() => this.look(true), PAUSE);
  }

  async look(typing = false) {
    clearTimeout(this.timer);
    this.looking?.abort();
    const looking = (this.looking = new AbortController());
    const body = new FormData(this.form);
    if (typing) body.set("typing", "1");
    const address = this.querySelector("button").formAction;
    const answer = await fetch(address, { method: "POST", body, signal: looking.signal, headers: { "X-Fragment": "1" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null || looking.signal.aborted) return;
    if (this.place.contains(document.activeElement)) return; // what somebody is choosing from stays under their fingers
    this.place.innerHTML = html;
  }
}
customElements.define("similar-questions", SimilarQuestions);
