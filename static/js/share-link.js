// <share-link>: a permanent link that is shared where the device can, and copied elsewhere; without scripts it is a link.
class ShareLink extends HTMLElement {
  connectedCallback() {
    this.link = this.querySelector("a");
    this.link.addEventListener("click", (event) => this.share(event));
  }

  async share(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    const url = this.link.href;
    if (navigator.share && matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ title: document.title, url }).catch(() => {});
      return;
    }
    await navigator.clipboard.writeText(url).then(() => this.say(this.dataset.copied), () => location.assign(url));
  }

  say(words) {
    this.told ??= Object.assign(document.createElement("span"), { role: "status", className: "quiet" });
    this.append(this.told);
    this.told.textContent = words;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.told.remove(), 2000);
  }
}
customElements.define("share-link", ShareLink);
