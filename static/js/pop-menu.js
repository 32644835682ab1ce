// <pop-menu> around <details>: a click elsewhere or Escape closes it, and Escape gives the focus back.
class PopMenu extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    document.addEventListener("click", (event) => {
      if (!this.contains(event.target)) details.open = false;
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      details.querySelector("summary").focus();
    });
  }
}
customElements.define("pop-menu", PopMenu);
