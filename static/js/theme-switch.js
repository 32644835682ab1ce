// <theme-switch>: light, dark, or whatever the system says; kept on this device (theme.js applies it before the paint).
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.buttons = [...this.querySelectorAll("button")];
    for (const button of this.buttons) button.addEventListener("click", () => this.choose(button.dataset.themeName));
    this.show(document.documentElement.dataset.theme ?? "");
  }

  choose(name) {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
    try {
      if (name) localStorage.setItem("theme", name);
      else localStorage.removeItem("theme");
    } catch {
      // Storage is off: the choice lasts as long as the page.
    }
    this.show(name);
  }

  show(name) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.themeName === name));
  }
}
customElements.define("theme-switch", ThemeSwitch);
