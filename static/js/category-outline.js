// <category-outline> in the form for asking: choosing a category puts its outline into the details, unless something
// was written there.
class CategoryOutline extends HTMLElement {
  connectedCallback() {
    const { body, category } = this.closest("form").elements;
    const outlines = new Map([...this.querySelectorAll("template")].map((one) => [one.dataset.category, one.content.textContent]));
    const plain = (text) => text.replace(/\s+/g, " ").trim();
    const untouched = () => !body.value.trim() || [...outlines.values()].some((text) => plain(text) === plain(body.value));
    category.addEventListener("change", () => {
      if (!untouched()) return;
      body.value = outlines.get(category.value) || "";
      body.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
customElements.define("category-outline", CategoryOutline);
