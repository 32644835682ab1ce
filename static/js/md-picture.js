// <md-picture>: one picture after the other is sent while its writer says what it shows, and then put into the text.
class MdPicture extends HTMLElement {
  connectedCallback() {
    this.editor = this.closest("md-editor");
    [this.bar, this.alt, this.said] = ["progress", "input", "[role=status]"].map((part) => this.querySelector(part));
    this.panel = this.querySelector(".editor__picture");
    this.waiting = [];
    this.addEventListener("click", (event) => this.settle(event.target.dataset.act));
    this.alt.addEventListener("keydown", (event) => {
      const act = { Enter: "put", Escape: "leave" }[event.key];
      if (!act || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.settle(act);
    });
  }

  take(files) {
    this.waiting.push(...files);
    if (this.panel.hidden) this.next();
  }

  next(said = "") {
    const file = this.waiting.shift();
    this.said.textContent = said;
    this.panel.hidden = !file;
    if (!file) return this.editor.area.focus();
    const body = new FormData();
    body.set("csrf_token", this.editor.area.form.elements.csrf_token.value);
    body.set("picture", file);
    const request = (this.request = new XMLHttpRequest()); // fetch tells nothing of what was sent so far
    request.onloadend = () => this.answered(request);
    request.upload.onprogress = (event) => (this.bar.value = event.loaded / event.total);
    request.open("POST", "/uploads");
    request.setRequestHeader("X-Fragment", "1");
    request.send(body);
    this.address = this.alt.value = "";
    this.described = this.bar.hidden = false;
    this.bar.value = 0;
    this.alt.focus();
  }

  answered(request) {
    const plain = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
    if (request.status !== 201) return this.next(plain ? request.responseText : this.dataset.failed);
    this.bar.hidden = true;
    this.address = request.responseText;
    if (this.described) this.settle("put");
  }

  settle(act) {
    this.described = act === "put";
    if (!act || (this.described && !this.address)) return;
    if (this.described) this.editor.put(`![${this.alt.value.trim().replace(/[[\]\\]/g, "")}](${this.address})\n`);
    this.request.onloadend = null;
    this.request.abort();
    this.next();
  }
}
customElements.define("md-picture", MdPicture);
