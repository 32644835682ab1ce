// <auto-grow>: its text area is as tall as its text, also where CSS cannot do that yet.
class AutoGrow extends HTMLElement {
  connectedCallback() {
    if (CSS.supports("field-sizing", "content")) return;
    const area = this.querySelector("textarea");
    const fit = () => {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
    };
    area.addEventListener("input", fit);
    if (area.value) fit();
  }
}
customElements.define("auto-grow", AutoGrow);
